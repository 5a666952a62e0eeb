"""The data sets that zookit includes."""
