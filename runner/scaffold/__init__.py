"""What `zookit new` creates: a plugin package to start from."""
