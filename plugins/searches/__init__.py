"""The searches that zookit includes."""
