"""Compares runs: ranks them, and shows what differs between their experiments."""
