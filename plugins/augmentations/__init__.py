"""The augmentations that zookit includes."""
