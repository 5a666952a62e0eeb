"""The Keras classes that the built-in losses build. Importing one of them imports Keras."""
