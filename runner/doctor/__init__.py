"""What `zookit doctor` examines and reports: the environment and every installed plugin."""
