"""The Keras classes that the built-in metrics build. Importing one of them imports Keras."""
