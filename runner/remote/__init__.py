"""Runs at an address: pushes, pulls, signs and verifies them."""
