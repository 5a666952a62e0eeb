"""Writes the report on runs: one HTML page that refers to nothing outside itself."""
