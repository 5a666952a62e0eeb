"""MLflow's store in a file or folder: created once, however many runs are the first to use it."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_CREATION = 20
"""Seconds that another program may take to create a store."""


def in_store(create: Callable[[], str]) -> str:
    """Call a function that may be the first to use the store, which MLflow then creates.

    MLflow needs seconds to create its tables, and fails if another process does so meanwhile. So
    one run after the other uses a store in a file or folder. If another program has been creating
    it, a database is awaited, and in a folder the function is called again. A server creates its
    own store.
    """
    from mlflow import get_tracking_uri

    uri = get_tracking_uri()
    store = _local_store(uri)
    if store is None:
        return create()
    deadline = time.monotonic() + (0 if store.exists() else _CREATION)
    with _locked(store):
        if uri.startswith("sqlite"):
            _create_database(store)
        while True:
            try:
                return create()
            except Exception:
                if time.monotonic() > deadline or not store.exists():
                    raise  # nobody is creating it
            time.sleep(1)


def _create_database(store: Path) -> None:
    """Create a database aside and put it in place, if there is none; await that of another program.

    If two programs create tables in one file, MLflow's migrations leave half a table behind, and
    the file can never be used (`table _alembic_tmp_latest_metrics already exists`).
    """
    from mlflow import MlflowClient

    if not store.exists():
        with suppress(OSError), TemporaryDirectory(dir=store.parent, prefix=".mlflow.") as folder:
            aside = Path(folder, store.name)
            MlflowClient(f"sqlite:///{aside}")
            os.link(aside, store)  # fails if another program has created it meanwhile
    deadline = time.monotonic() + _CREATION
    while _is_being_created(store) and time.monotonic() < deadline:
        time.sleep(0.1)


def _is_being_created(store: Path) -> bool:
    return (
        store.exists()
        and time.time() - store.stat().st_mtime < _CREATION
        and not _is_complete(store)
    )


def _is_complete(store: Path) -> bool:
    """Whether MLflow has added its first experiment, which it does after the last migration."""
    try:
        with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return bool(database.execute("SELECT 1 FROM experiments LIMIT 1").fetchone())
    except sqlite3.Error:
        return False


def _local_store(uri: str) -> Path | None:
    """Return the file or folder of a store; None for a server."""
    from urllib.parse import urlparse
    from urllib.request import url2pathname

    scheme, colon, rest = uri.partition(":")
    if not colon or len(scheme) == 1:  # a path, also one of Windows
        return Path(uri)
    if scheme == "file":
        return Path(url2pathname(urlparse(uri).path if rest.startswith("//") else rest))
    path = rest.removeprefix("///").partition("?")[0]
    in_file = scheme.partition("+")[0] == "sqlite" and path and not path.startswith(":memory:")
    return Path(path) if in_file else None


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    """Hold the lock beside a store, if there can be one; after a minute, go on without it."""
    from zookit.core.data import lock_file  # which imports NumPy

    lock = None
    with suppress(OSError):
        lock = lock_file(store.absolute().with_name(f".{store.name}.zookit.lock"), seconds=60)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()
