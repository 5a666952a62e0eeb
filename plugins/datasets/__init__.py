"""The data sets that come with zookit."""
