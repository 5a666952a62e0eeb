"""Messages for users, through the logger `zookit`.

The command line prints them on stderr. A program that imports zookit handles them with `logging`.
"""

import logging

logger = logging.getLogger("zookit")


def counted(count: int, noun: str) -> str:
    """Return text such as `1 epoch` or `2,000 epochs`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def say(text: str) -> None:
    """Log a line for the user. Not shown with --quiet."""
    logger.info(text)


def warn(text: str) -> None:
    """Log a warning in one line. Shown even with --quiet."""
    logger.warning(text)
