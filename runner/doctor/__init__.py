"""What `zookit doctor` finds out, and how it is told."""
