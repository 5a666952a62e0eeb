"""The page and the endpoint of `zookit serve`."""
