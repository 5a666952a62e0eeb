"""The learning rate schedules that zookit includes."""
