"""A data set, an architecture and a callback for zookit; pyproject.toml names them."""
