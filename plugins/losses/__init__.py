"""The losses that zookit includes."""
