"""Finds, downloads, verifies and caches the images of data sets."""
