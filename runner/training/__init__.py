"""Trains: resolves an experiment, prepares it in stages, and runs the training loop."""
