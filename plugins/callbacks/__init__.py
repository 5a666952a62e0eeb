"""The callbacks that come with zookit."""
