"""The Keras classes that the built-in callbacks build. Importing one of them imports Keras."""
