"""The listeners that come with zookit."""
