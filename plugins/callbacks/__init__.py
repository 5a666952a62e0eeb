"""The callbacks that zookit includes."""
