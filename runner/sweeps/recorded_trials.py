"""The calls of a search that learns, recorded in a file, with which its sweep is continued."""

import json
import os
from collections import deque
from pathlib import Path
from typing import Any

from zookit.core import FolderError, Trials
from zookit.core.data.writing import written_aside
from zookit.core.errors import reason_of
from zookit.core.reading import read_bounded
from zookit.core.search import Point

_FORMAT = 1
_LARGEST = 1_000_000_000
"""The largest file to read, in bytes."""
_Key = tuple[tuple[str, str], ...]


class RecordedTrials(Trials):
    """The trials of a search, whose calls are recorded in a file, and are made again from it.

    What a search asks for depends on the results it has received by then, and several trials are
    trained at a time. So a sweep that is continued must repeat the calls in their order. What was
    asked for is returned again, first; results that were received are not passed on again.

    Args:
        trials: those of a search that was just opened.
        path: the file. What it has is used up to the first call that does not fit the search.
        key: what the calls depend on. A file with another key is replaced.
    """

    def __init__(self, trials: Trials, path: Path, key: str) -> None:
        self.results = 0
        """The number of results that the file had."""
        self._trials, self._path = trials, path
        self._asked: deque[Point] = deque()
        self._known: set[_Key] = set()
        self._settled: set[_Key] = set()
        self._reached: dict[_Key, int] = {}
        self._pruned: set[_Key] = set()
        self._repeat(key)

    @property
    def left(self) -> int:
        """The number of trials in the file that were not asked for again yet."""
        return len(self._asked)

    def ask(self) -> Point | None:
        """Return the next trial in the file, or ask the search for another one."""
        if self._asked:
            return self._asked.popleft()
        point = self._trials.ask()
        if point is not None:
            self._write("ask", dict(point))
        return point

    def skip(self, point: Point) -> None:
        """Pass on that a trial is not tried, unless the search knows its result."""
        if _key(point) not in self._settled:
            self._trials.skip(point)
            self._settled.add(_key(point))
            self._write("skip", dict(point))

    def tell(self, point: Point, value: float | None) -> None:
        """Pass on the result of a trial, unless the search knows it."""
        if _key(point) not in self._settled:
            self._trials.tell(point, value)
            self._settled.add(_key(point))
            self._write("tell", dict(point), value)

    def prune(self, point: Point, epoch: int, value: float) -> bool:
        """Return whether to stop a trial early; the search sees no epoch of the file again."""
        key = _key(point)
        if key in self._settled or epoch <= self._reached.get(key, 0):
            return key in self._pruned
        pruned = self._trials.prune(point, epoch, value)
        self._write("prune", dict(point), epoch, value)
        return pruned

    def _repeat(self, key: str) -> None:
        """Make the calls in the file again, and leave in it only those that fit the search."""
        try:
            content = read_bounded(self._path, _LARGEST)
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise self._unusable(error) from None
        header = _line("format", _FORMAT, key)
        if not content.startswith(header):
            self._replace(header)
            return
        size, other = len(header), None
        for line in content[size:].splitlines(keepends=True):
            event = _event(line)
            if event is not None and event[0] == "ask":
                other = self._trials.ask()
                if other is None or dict(other) != event[1]:
                    break
                self._asked.append(other)
                self._known.add(_key(other))
                other = None
            elif event is None or not self._call(*event):
                break
            size += len(line)
        if size < len(content):
            self._truncate(size)
        if other is not None:  # the search asks for another trial than it did then
            self._asked.append(other)
            self._write("ask", dict(other))

    def _call(self, call: str, point: dict[str, str], *values: Any) -> bool:
        """Make a call in the file again; return False if it cannot have been made."""
        key = _key(point)
        if key not in self._known or key in self._settled:
            return False
        if call == "prune":
            epoch, value = values
            self._reached[key] = max(epoch, self._reached.get(key, 0))
            if self._trials.prune(point, epoch, value):
                self._pruned.add(key)
            return True
        self._settled.add(key)
        if call == "skip":
            self._trials.skip(point)
        else:
            self.results += 1
            self._trials.tell(point, values[0])
        return True

    def _write(self, *event: object) -> None:
        try:
            with self._path.open("ab") as file:
                file.write(_line(*event))
        except OSError as error:
            raise self._unusable(error) from error

    def _replace(self, content: bytes) -> None:
        try:
            with written_aside(self._path) as aside:
                aside.write_bytes(content)
        except OSError as error:
            raise self._unusable(error) from error

    def _truncate(self, size: int) -> None:
        try:
            os.truncate(self._path, size)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> FolderError:
        return FolderError(
            f"{self._path} cannot be used: {error.strerror or reason_of(error)}. Free some disk "
            "space, or remove the file to start the search anew; the runs are kept."
        )


def _line(*event: object) -> bytes:
    return json.dumps(event, default=repr).encode() + b"\n"


def _event(line: bytes) -> tuple[Any, ...] | None:
    """Return a call in the file; None if the line is damaged, such as written in part."""
    try:
        call, point, *values = json.loads(line)
        fits = {"ask": (), "skip": (), "tell": (int | float | None,), "prune": (int, int | float)}[
            call
        ]
        valid = all(map(isinstance, values, fits)) and len(values) == len(fits)
        words = all(isinstance(each, str) for each in point.values())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return (call, point, *values) if line.endswith(b"\n") and valid and words else None


def _key(point: Point) -> _Key:
    return tuple(sorted(point.items()))
