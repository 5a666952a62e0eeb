"""The launchers that zookit includes."""
