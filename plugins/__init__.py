"""The components that come with zookit; each imports `zookit.core` only, as a stranger's would."""
