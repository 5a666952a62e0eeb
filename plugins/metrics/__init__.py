"""The metrics that zookit includes."""
