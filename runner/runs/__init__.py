"""Runs that are kept: their folders written, found, read and rebuilt."""
