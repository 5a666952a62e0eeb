"""The state of a run's files on the disk, by which the run index knows whether they changed."""

import os
import stat
import struct
import time
from collections.abc import Sequence

from zookit.runs.run import ENVIRONMENT, EXPERIMENT, HISTORY, METRICS, TIMES

PLACING = (ENVIRONMENT, EXPERIMENT)
"""The files that decide a run's place in the order."""
SUMMARIZED = (*PLACING, HISTORY, TIMES, METRICS)
"""The files that a run's summary is made from."""

_FILE = struct.Struct("<qqqQ")
"""Of a file the times of its last change and of the last change of its metadata, size, inode."""
_MISSING = _FILE.pack(0, 0, 0, 0)
_INODES = 2**64 - 1
_TICK = 2_000_000_000
"""Nanoseconds within which a file may be changed again without another time, on any file system."""


def state_of(folder: str, files: Sequence[str]) -> bytes | None:
    """Return the state of these files in a run's folder, of which some may be missing.

    `files` begins with PLACING. None if the folder is not a run's; empty if the state is unknown
    because a link leads nowhere.
    """
    state, unknown = [], False
    for name in files:
        path = f"{folder}/{name}"
        try:
            found = os.stat(path)  # noqa: PTH116 - there are tens of thousands
        except OSError:
            if name == EXPERIMENT:
                return None
            unknown = unknown or os.path.lexists(path)
            state.append(_MISSING)
            continue
        if name == EXPERIMENT and not stat.S_ISREG(found.st_mode):
            return None
        times = found.st_mtime_ns, found.st_ctime_ns
        state.append(_FILE.pack(*times, found.st_size, found.st_ino & _INODES))
    return b"" if unknown else b"".join(state)


def placing(state: bytes) -> bytes:
    """Return the part of a state that decides a run's place."""
    return state[: len(PLACING) * _FILE.size]


def changed_at(state: bytes) -> float:
    """Return the time at which the experiment was changed last, in seconds since 1970."""
    nanoseconds: int = _FILE.unpack_from(state, PLACING.index(EXPERIMENT) * _FILE.size)[0]
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    return whole + 1e-9 * rest  # as os.stat rounds it


def has_ended(state: bytes) -> bool:
    """Whether the state of SUMMARIZED has a file that says how the run ended."""
    return not state.endswith(_MISSING)


def is_settled(state: bytes) -> bool:
    """Whether any later change of the files would change the state.

    A change within the same tick of the clock may not. Then what was read counts only once.
    """
    now = time.time_ns() - _TICK
    return bool(state) and all(max(times) < now for *times, _, _ in _FILE.iter_unpack(state))
