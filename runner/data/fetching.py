"""Fetches data sets whose files a library finds and downloads."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from zookit.core import BrokenPlugin, ComponentSpec, DataError, Dataset
from zookit.core.errors import quoted
from zookit.core.messages import logger
from zookit.core.progress import silent
from zookit.registry import Built
from zookit.registry.blame import plugins_blamed
from zookit.terminal import bar

_offline: ContextVar[bool] = ContextVar("_offline", default=False)


@contextmanager
def only_what_is_here() -> Iterator[None]:
    """Let everything that this block calls use only the data sets that are on this machine."""
    token = _offline.set(True)
    try:
        yield
    finally:
        _offline.reset(token)


def fetched(built: Built[Dataset], *, offline: bool = False) -> Built[Dataset]:
    """Return the data set with its files on this machine, and the parameters that are recorded.

    Data sets of other kinds stay as they are. With `offline`, use only what is on this machine.
    Raises DataError, which names the data set.
    """
    dataset, name = built.component, built.spec.short_name
    if type(dataset).fetched is Dataset.fetched:
        return built
    progress = bar if logger.isEnabledFor(logging.INFO) else silent
    with plugins_blamed(dataset):
        try:
            found = dataset.fetched(progress, offline or _offline.get())
        except DataError as error:
            error.message = f"{name}: {error.message}"
            raise
    if type(found) is not type(dataset):
        raise BrokenPlugin(
            f"{name}: fetched returned {quoted(found)}, expected a {type(dataset).__name__}."
        )
    return replace(built, component=found, spec=ComponentSpec.of(built.spec.name, found))
