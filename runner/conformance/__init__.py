"""The contracts of components, as checks."""
