"""Whether the whole process belongs to zookit: a command, or a child process that it started.

A Python program that imports zookit has a process of its own.
"""

_own = False


def declare_own_process() -> None:
    """Declare that this process is zookit's."""
    global _own  # noqa: PLW0603 - of the process
    _own = True


def is_own_process() -> bool:
    """Return whether this process is zookit's."""
    return _own
