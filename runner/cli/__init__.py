"""The sub-commands of `zookit`, a module each.

They are imported for `--help`, so they import nothing heavy at module level.
"""
