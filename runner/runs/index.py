"""The run index: what was read from run folders, so that listing thousands of them takes no time.

The index is a hidden SQLite file in the folder of the runs. It only repeats what the folders say,
and is never trusted over them: an entry counts only while the state of the run's files is the same.
It may be missing, damaged, out of date or removed at any time. Then the folders are read, and it
is written again. Small folders have none.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from zookit.core.file_lock import lock_file
from zookit.core.messages import counted, warn_once
from zookit.runs.index_text import FIELDS

NAME = ".zookit-index.sqlite"
LOCK = ".zookit-index.lock"
FEWEST = 100
"""The fewest runs that are worth an index: they can be read in a tenth of a second."""

_FORMAT = 1
"""Raise it when something in the index is computed in another way."""
_VERSION = crc32(repr((_FORMAT, FIELDS)).encode()) >> 1
"""The version of an index; one of another version is written anew."""
_SECONDS = 2.0
"""The longest wait for another process that uses the index."""
_TABLES = (
    "CREATE TABLE places (run BLOB PRIMARY KEY, state BLOB, place INTEGER, crc INTEGER)",
    "CREATE TABLE runs (run BLOB PRIMARY KEY, state BLOB, text TEXT, crc INTEGER)",
    "CREATE TABLE parts (part TEXT PRIMARY KEY, text TEXT)",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass
class Entries:
    """What an index holds, or what is to be written to it.

    `places` has by the run's name the state of its files and what `recorded_place` returned, `runs`
    the state and the text of its summary, `parts` the texts that those name. `removed` has runs
    that are no longer there. `damaged` is true if the index cannot be read and must be removed.
    """

    places: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    runs: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    damaged: bool = False


def read_index(runs_dir: Path, *, summaries: bool) -> Entries:
    """Return the intact entries of a folder's index, with summaries only if they are asked for."""
    path = runs_dir / NAME
    entries = Entries()
    try:
        if not os.path.lexists(path):
            return entries
        with _connected(path) as connection:
            entries.places = dict(_places(connection))
            if summaries:
                entries.runs = dict(_runs(connection))
                entries.parts = dict(connection.execute("SELECT part, text FROM parts"))
    except (sqlite3.Error, OSError, OverflowError, TypeError) as error:
        return Entries(damaged=_is_damaged(error))
    return entries


def write_index(runs_dir: Path, entries: Entries) -> None:
    """Add entries to a folder's index; warn if that is not possible and makes a difference.

    Another process that writes the index at the same time has the same entries, so this one does
    not wait for it long.
    """
    count = max(len(entries.places), len(entries.runs))
    path = runs_dir / NAME
    try:
        lock = lock_file(runs_dir / LOCK, _SECONDS)
    except BlockingIOError:
        return
    except OSError as error:
        _warn(runs_dir, count, f"cannot be written ({error.strerror or error})")
        return
    try:
        if lock.unsupported:
            _warn(runs_dir, count, f"cannot be locked ({lock.unsupported})")
            return
        if entries.damaged:
            _remove(path)
        try:
            _write(path, entries)
        except sqlite3.Error as error:
            if not _is_damaged(error):
                raise
            _remove(path)
            _write(path, entries)
    except (sqlite3.Error, OSError) as error:
        _warn(runs_dir, count, f"cannot be written ({error})")
    finally:
        lock.release()


def _is_damaged(error: Exception) -> bool:
    """Whether an index must be written anew; one that is only in use or out of reach must not."""
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    passing = ("BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "NOMEM", "PERM", "AUTH")
    return not (isinstance(error, OSError) or name.removeprefix("SQLITE_").startswith(passing))


def _remove(path: Path) -> None:
    """Remove an index; no other process writes it, because this one holds the lock."""
    for each in (path, path.with_name(f"{path.name}-journal")):
        each.unlink(missing_ok=True)


def _warn(runs_dir: Path, count: int, reason: str) -> None:
    if count >= FEWEST:
        warn_once(
            f"the run index of {runs_dir} {reason}, so each command reads "
            f"{counted(count, 'run folder')} again, which takes longer."
        )


def _write(path: Path, entries: Entries) -> None:
    with _connected(path, create=True) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for name in ("places", "runs"):
            gone = ((os.fsencode(each),) for each in entries.removed)
            connection.executemany(f"DELETE FROM {name} WHERE run = ?", gone)  # noqa: S608
        places = _rows((run, state, place) for run, (state, place) in entries.places.items())
        runs = _rows((run, state, text) for run, (state, text) in entries.runs.items())
        connection.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", places)
        connection.executemany("INSERT OR REPLACE INTO parts VALUES (?, ?)", entries.parts.items())
        connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", runs)
        connection.execute("COMMIT")


def _rows(
    entries: Iterable[tuple[str, bytes, int | str]],
) -> Iterator[tuple[bytes, bytes, int | str, int]]:
    for name, state, value in entries:
        run = os.fsencode(name)
        yield run, state, value, _crc(run, state, value)


def _places(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[bytes, int]]]:
    for run, state, place, crc in connection.execute("SELECT * FROM places"):
        if crc == _crc(run, state, place):
            yield os.fsdecode(run), (state, place)


def _runs(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[bytes, str]]]:
    for run, state, text, crc in connection.execute("SELECT * FROM runs"):
        if crc == _crc(run, state, text):
            yield os.fsdecode(run), (state, text)


def _crc(run: bytes, state: bytes, value: int | str) -> int:
    """Return a checksum: SQLite does not notice a changed byte within a value."""
    return crc32(str(value).encode(), crc32(state, crc32(run)))


@contextmanager
def _connected(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open an index. Raises sqlite3.Error, for instance if it is a link or of another version."""
    if path.is_symlink():  # nothing is written where a link in a stranger's folder leads
        raise sqlite3.DatabaseError(f"{path} is a link")
    address = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    opened = sqlite3.connect(address, timeout=_SECONDS, isolation_level=None, uri=True)
    with closing(opened) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if create and not version:
            connection.executescript(f"BEGIN IMMEDIATE; {'; '.join(_TABLES)}; COMMIT")
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"{path} has version {version}")
        yield connection
