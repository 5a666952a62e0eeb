"""The formats of exported models that zookit includes."""
