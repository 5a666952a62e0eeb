"""A data set, an architecture and a callback for zookit, registered in pyproject.toml."""
