"""The order in which runs were started, whatever the clocks and time zones did.

A run records when it started, in UTC, and its place in the order: the same number of microseconds
since 1970, or one more than that of the last run in its folder if the clock says an earlier time.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zookit.core.reading import parse_json, read_text_bounded
from zookit.runs.environment import LAST_PLACE, Environment
from zookit.runs.run import ENVIRONMENT, EXPERIMENT, LIMITS

TIME_FORMAT = "%Y%m%d-%H%M%SZ"
"""The format of the time at the start of a run's name, in UTC."""
_NAME_TIME = re.compile(r"(\d{8}-\d{6})(Z?)-")
"""The start of a run's name. Versions that wrote no Z wrote the local time."""
_FARTHEST = timedelta(hours=15)
"""Farther than any local time is from UTC."""
_QUARTER, _DELAY = timedelta(minutes=15), timedelta(seconds=10)

Place = tuple[int, float, str]


def stamped(environment: Environment, others: Iterable[Path], now: datetime) -> Environment:
    """Return the environment of a run that starts now, after the runs in the folders `others`."""
    places = (place_of(each)[0] for each in others)
    place = max(_microseconds(now), *(each + 1 for each in places), 0)
    started = now.astimezone(UTC).isoformat(timespec="microseconds")
    return replace(environment, started=started, place=min(place, LAST_PLACE))


def place_of(folder: Path) -> Place:
    """Return a run's place in the order, which can be compared; a damaged run has one too."""
    changed = _changed(folder)
    return place_from(recorded_place(folder), changed, folder.name)


def recorded_place(folder: Path) -> int:
    """Return the place that a run recorded; 0 if it did not, -1 if it did not and was resumed."""
    try:
        found = parse_json(read_text_bounded(folder / ENVIRONMENT, LIMITS[ENVIRONMENT]))
    except (OSError, ValueError):
        found = {}
    recorded = found if isinstance(found, dict) else {}
    place = recorded.get("place")
    if type(place) is int and 0 < place <= LAST_PLACE:
        return place
    return -1 if recorded.get("resumptions") else 0


def place_from(recorded: int, changed: float, name: str) -> Place:
    """Return a run's place by what `recorded_place` returns and the time of its experiment."""
    if recorded > 0:
        return recorded, changed, name
    return _place_by_name(name, changed, resumed=recorded < 0), changed, name


def after_time(name: str) -> str:
    """Return a run's name without the time at its start: the hash, and `-2` for a second one."""
    match = _NAME_TIME.match(name)
    return name[match.end() :] if match else name


def _place_by_name(name: str, changed: float, *, resumed: bool) -> int:
    """Return the place of a run that recorded none, by its name and by the time of its file."""
    by_file = int(changed * 1_000_000)
    match = _NAME_TIME.match(name)
    if not match:
        return by_file
    try:
        named = datetime.strptime(f"{match[1]}Z", TIME_FORMAT)  # noqa: DTZ007 - see below
        as_utc = named.replace(tzinfo=UTC)
        if match[2]:
            return _microseconds(as_utc)
        # The time zone is not known. But the file was written within seconds, and local times
        # differ from UTC by quarters of an hour.
        apart = abs(timedelta(microseconds=by_file) - timedelta(microseconds=_microseconds(as_utc)))
        past = timedelta(microseconds=by_file - _microseconds(as_utc)) % _QUARTER
        if not resumed and apart <= _FARTHEST and past <= _DELAY:
            return by_file
        return _microseconds(named.astimezone())
    except (ValueError, OverflowError, OSError):  # no such day, or before the first one
        return by_file


def _microseconds(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _changed(folder: Path) -> float:
    try:
        return (folder / EXPERIMENT).stat().st_mtime
    except OSError:  # it is gone now, which reading it reports
        return 0.0
