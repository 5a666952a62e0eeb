"""Run folders: written, found, read and locked."""
