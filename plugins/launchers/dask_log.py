"""Where Dask's messages about this process's connections go."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = "distributed"


@contextmanager
def logged_in(file: Path) -> Iterator[None]:
    """Append to a file what Dask would log to the terminal.

    A lost connection is an error of `poll`, so that nobody needs Dask's traceback of it. Handlers
    that the user's configuration of Dask adds are left as they are, if they write elsewhere.
    """
    import distributed  # noqa: F401 - adds the handlers; kept out of start-up

    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    loggers = [
        logging.getLogger(name)
        for name in logging.root.manager.loggerDict
        if name.partition(".")[0] == _ROOT
    ]
    replaced = [
        (logger, each) for logger in loggers for each in logger.handlers if _is_terminal(each)
    ]
    for logger, each in replaced:
        logger.removeHandler(each)
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger, each in replaced:
            logger.removeHandler(handler)
            logger.addHandler(each)
        handler.close()


def _is_terminal(handler: logging.Handler) -> bool:
    return type(handler) is logging.StreamHandler
