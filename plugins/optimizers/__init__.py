"""The optimizers that Keras includes."""
