"""The command line: one module for each command, and completion in shells."""
