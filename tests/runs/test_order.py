"""`latest` and the order of `runs` do not depend on clocks and time zones."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bounded import bounded
from conftest import Command
from hypothesis import given, settings
from hypothesis import strategies as st
from small_runs import DENSE, SMALL

import zookit as api
from zookit.runs.environment import LAST_PLACE, Environment
from zookit.runs.naming import find_run, run_folders
from zookit.runs.order import TIME_FORMAT, place_of, stamped
from zookit.runs.run import read_run

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A time zone with summer time, which a test may change."""
    set_zone(monkeypatch, "Europe/Berlin")
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def set_zone(patched: pytest.MonkeyPatch, name: str) -> None:
    patched.setenv("TZ", name)
    time.tzset()


@pytest.fixture
def environment(finished: Path) -> Environment:
    return read_run(finished).environment


def start(runs: Path, environment: Environment, now: datetime, name: str = "") -> str:
    """Make a folder that looks like a run that starts now, and return its name."""
    others = run_folders(runs)[0]
    made = stamped(environment, others, now)
    folder = runs / (name or f"{now.astimezone(UTC):{TIME_FORMAT}}-{len(others):08x}")
    folder.mkdir(parents=True)
    (folder / "environment.json").write_text(json.dumps(made.plain()))
    (folder / "experiment.toml").write_text("")
    return folder.name


def of_before(runs: Path, local: datetime, at: int, *, resumed: bool = False) -> str:
    """Make a folder as the version before named it: by the local time, which no file records."""
    folder = runs / f"{local:%Y%m%d-%H%M%S}-{at:08x}"
    folder.mkdir(parents=True)
    found = {"resumptions": [{"epochs": 1}]} if resumed else {}
    (folder / "environment.json").write_text(json.dumps(found))
    (folder / "experiment.toml").write_text("")
    written = local.timestamp() + 0.4 + 7200 * resumed
    os.utime(folder / "experiment.toml", (written, written))
    return folder.name


def order(runs: Path) -> list[str]:
    return [each.name for each in run_folders(runs)[0]]


def test_a_trained_run_records_when_it_started_in_utc(zookit: Command, finished: Path) -> None:
    record = read_run(finished)
    started = datetime.fromisoformat(record.environment.started)
    assert started.utcoffset() == timedelta(0)
    assert record.name.startswith(f"{started:%Y%m%d-%H%M%S}Z-{record.environment.identity[:8]}")
    assert timedelta(0) <= datetime.now(UTC) - started < timedelta(hours=1)
    assert datetime.fromtimestamp(record.environment.place / 1e6, UTC) - started < timedelta(
        milliseconds=1
    )
    listed = json.loads(zookit("runs", "--json", "--runs-dir", finished.parent).out)
    assert record.environment.started in [each["started"] for each in listed]


@pytest.mark.parametrize(
    "later",
    [
        timedelta(seconds=1),
        timedelta(0),  # in one microsecond
        timedelta(hours=-1),  # the clock was set back
        timedelta(days=-20_000),  # a machine without a battery starts in 1970
        timedelta(microseconds=1),
    ],
)
def test_a_run_that_starts_later_is_later_whatever_the_clock_says(
    tmp_path: Path, environment: Environment, later: timedelta
) -> None:
    names = [start(tmp_path, environment, NOON), start(tmp_path, environment, NOON + later)]
    names.append(start(tmp_path, environment, NOON + 2 * later, "renamed"))
    assert order(tmp_path) == names
    assert find_run("latest", tmp_path).name == "renamed"
    started = [read_started(tmp_path / name) for name in names]
    assert started == [NOON, NOON + later, NOON + 2 * later], (
        "the clock's time is recorded as it is"
    )


@pytest.mark.parametrize(
    ("zones", "reason"),
    [
        (("Asia/Tokyo", "America/Lima"), "a journey to the west"),
        pytest.param(("XST-2", "XWT-1"), "the end of summer time", marks=pytest.mark.slow),
        pytest.param(
            ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
            "over the date line",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_latest_of_trained_runs_is_the_last_in_any_zone(
    images: str,
    tmp_path: Path,
    zone: pytest.MonkeyPatch,
    zookit: Command,
    zones: tuple[str, str],
    reason: str,
) -> None:
    trained = []
    for name in zones:
        set_zone(zone, name)
        trained.append(api.run(images, DENSE, runs_dir=tmp_path / "runs", epochs=1, **SMALL))
    assert api.open_run("latest", tmp_path / "runs").name == trained[-1].name, reason
    listed = json.loads(zookit("runs", "--json").out)
    assert [each["run"] for each in listed] == [each.name for each in trained]


def read_started(folder: Path) -> datetime:
    return datetime.fromisoformat(json.loads((folder / "environment.json").read_text())["started"])


def test_the_end_of_summer_time_and_a_journey_change_nothing(
    tmp_path: Path, environment: Environment, zone: pytest.MonkeyPatch
) -> None:
    names = []
    # 02:50 summer time, 02:10 winter time; then Tokyo, and home again.
    for at, name in enumerate(("Europe/Berlin",) * 2 + ("Asia/Tokyo", "America/Lima")):
        set_zone(zone, name)
        now = datetime(2026, 10, 25, 0, 50, tzinfo=UTC) + at * timedelta(minutes=20)
        names.append(start(tmp_path, environment, now.astimezone(ZoneInfo(name))))
        assert order(tmp_path) == names
    assert names == sorted(names)


def test_a_run_copied_from_another_machine_keeps_its_place(
    tmp_path: Path, environment: Environment
) -> None:
    first = start(tmp_path / "runs", environment, NOON)
    last = start(tmp_path / "runs", environment, NOON + timedelta(hours=2))
    between = start(tmp_path / "elsewhere", environment, NOON + timedelta(hours=1))
    shutil.copytree(tmp_path / "elsewhere" / between, tmp_path / "runs" / "copied")
    assert order(tmp_path / "runs") == [first, "copied", last]
    # A clock that was a year ahead: what starts here afterwards is later all the same.
    ahead = start(tmp_path / "elsewhere", environment, NOON + timedelta(days=365))
    shutil.copytree(tmp_path / "elsewhere" / ahead, tmp_path / "runs" / ahead)
    assert (
        start(tmp_path / "runs", environment, NOON + timedelta(hours=3))
        == order(tmp_path / "runs")[-1]
    )


def test_runs_of_the_version_before_keep_their_order(
    tmp_path: Path, environment: Environment, zone: pytest.MonkeyPatch
) -> None:
    berlin, tokyo = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
    names = [
        of_before(tmp_path, datetime(2026, 10, 25, 2, 50, fold=0, tzinfo=berlin), 9),
        of_before(tmp_path, datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=berlin), 8),
        of_before(tmp_path, datetime(2026, 10, 26, 20, 0, tzinfo=tokyo), 7),
        of_before(tmp_path, datetime(2026, 10, 26, 12, 30, tzinfo=berlin), 6, resumed=True),
        of_before(tmp_path, datetime(2026, 10, 26, 13, 0, tzinfo=berlin), 5),
    ]
    assert order(tmp_path) == names
    names.append(start(tmp_path, environment, datetime(2026, 10, 26, 12, 1, tzinfo=UTC)))
    assert order(tmp_path) == names
    set_zone(zone, "Asia/Tokyo")
    assert order(tmp_path)[-1] == names[-1]


@pytest.mark.parametrize("place", [-1, 0, LAST_PLACE + 1, 10**400, 1.5, True, "9", None, [], {}])
def test_a_place_that_is_none_is_read_from_the_name(
    tmp_path: Path, environment: Environment, place: object
) -> None:
    name = start(tmp_path, environment, NOON)
    found = {**environment.plain(), "place": place}
    (tmp_path / name / "environment.json").write_text(json.dumps(found))
    assert place_of(tmp_path / name)[0] == int(NOON.timestamp()) * 1_000_000
    assert start(tmp_path, environment, NOON + timedelta(hours=1)) == order(tmp_path)[-1]


def test_the_last_place_of_all_does_not_stay_the_latest(
    tmp_path: Path, environment: Environment
) -> None:
    """A stranger's run may claim it."""
    name = start(tmp_path, environment, NOON)
    found = {**environment.plain(), "place": LAST_PLACE}
    (tmp_path / name / "environment.json").write_text(json.dumps(found))
    os.utime(tmp_path / name / "experiment.toml", (1e9, 1e9))
    later = start(tmp_path, environment, NOON)
    assert find_run("latest", tmp_path).name == later


def test_bad_folders_have_a_place_too(tmp_path: Path, environment: Environment) -> None:
    for at, content in enumerate((b"", b"[" * 100_000, b"\xff", b"[]", b"1" * 100_000)):
        name = of_before(tmp_path, NOON.astimezone() - timedelta(hours=1 + at), at)
        (tmp_path / name / "environment.json").write_bytes(content)
    for name in ("20269999-999999-00000000", "00000000-000000Z-00000000"):
        start(tmp_path, environment, NOON, name)
        (tmp_path / name / "environment.json").unlink()
        os.mkfifo(tmp_path / name / "environment.json")
    big = of_before(tmp_path, NOON.astimezone() - timedelta(hours=9), 99)
    os.truncate(tmp_path / big / "environment.json", 40 * 2**30)
    with bounded(3, 128):
        last = start(tmp_path, environment, datetime.now(UTC) + timedelta(minutes=1))
        assert order(tmp_path)[-1] == last
        assert len(order(tmp_path)) == 9


@given(st.lists(st.integers(-(10**14), 10**15), min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_no_clock_reverses_the_order(
    tmp_path_factory: pytest.TempPathFactory, finished: Path, clock: list[int]
) -> None:
    runs = tmp_path_factory.mktemp("runs")
    environment = read_run(finished).environment
    for at, microseconds in enumerate(clock):
        start(runs, environment, NOON + timedelta(microseconds=microseconds), f"run-{at}")
    assert order(runs) == [f"run-{at}" for at in range(len(clock))]
    places = [place_of(each)[0] for each in run_folders(runs)[0]]
    assert all(one < other for one, other in pairwise(places))


@settings(deadline=None, max_examples=50)
@given(st.from_regex(r"\A[0-9]{8}-[0-9]{6}Z?-[0-9a-z]*\Z"))
def test_any_name_has_a_place(name: str) -> None:
    assert isinstance(place_of(Path(name))[0], int)


def test_many_runs_are_ordered_at_once(tmp_path: Path, environment: Environment) -> None:
    text = json.dumps(environment.plain())
    for at in range(400):
        folder = tmp_path / f"20261122-101500Z-{at:08x}"
        folder.mkdir()
        (folder / "experiment.toml").touch()
        (folder / "environment.json").write_text(text)
    with bounded(1, 64):
        assert find_run("latest", tmp_path).name.endswith("0000018f")
