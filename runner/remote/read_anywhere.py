"""Reads the run that a name or an address stands for."""

import logging
from pathlib import Path

from zookit.core.addresses import is_address
from zookit.core.messages import logger
from zookit.core.progress import silent
from zookit.runs.naming import read_named
from zookit.runs.run import RunRecord, read_run
from zookit.terminal import bar


def read_anywhere(text: str, runs_dir: Path) -> RunRecord:
    """Read a run or an installed model by its name, or the run at an address.

    The run at an address is pulled into the cache, as far as it is not there. Raises as
    `zookit.runs.naming.read_named` and `zookit.remote.pull.run_at` do.
    """
    if not is_address(text):
        return read_named(text, runs_dir)
    from zookit.remote.pull import run_at  # what it imports takes time, and few runs are elsewhere

    return read_run(run_at(text, bar if logger.isEnabledFor(logging.INFO) else silent))
