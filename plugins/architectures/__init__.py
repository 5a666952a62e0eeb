"""The architectures that zookit includes."""
