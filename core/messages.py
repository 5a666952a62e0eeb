"""How components tell the person something: a line each, through the logger `zookit`.

The command line shows the lines on stderr. A program that imports zookit handles them like any
other logging.
"""

import logging

logger = logging.getLogger("zookit")


def say(text: str) -> None:
    """Tell the person, in one line; kept back by --quiet."""
    logger.info(text)


def warn(text: str) -> None:
    """Warn the person, in one line; never kept back."""
    logger.warning(text)
