"""The architectures that come with zookit."""
