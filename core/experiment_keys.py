"""The keys of an experiment's file that hold components: of one, of one or none, and of a list."""

REQUIRED = ("dataset", "architecture", "optimizer")
OPTIONAL = ("schedule", "loss")
LISTS = ("augmentations", "metrics", "callbacks")
