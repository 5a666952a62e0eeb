"""The Keras classes that the built-in schedules build. Importing one of them imports Keras."""
