"""The Keras layers that the built-in augmentations build. Importing one of them imports Keras."""
