"""Builds and compiles models, and starts TensorFlow."""
