"""The listeners that zookit includes."""
