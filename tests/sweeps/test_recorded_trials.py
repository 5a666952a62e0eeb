"""The calls of a search are made again when its sweep is continued."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from zookit.core import FolderError, Point, Trials
from zookit.sweeps.recorded_trials import RecordedTrials


class Counting(Trials):
    """Asks for the numbers from `first` to `last`, and stops what is below 0.2."""

    def __init__(self, first: int = 0, last: int = 9) -> None:
        self.points = [{"n": str(each)} for each in range(first, last + 1)]
        self.calls: list[tuple[object, ...]] = []

    def ask(self) -> Point | None:
        point = self.points.pop(0) if self.points else None
        self.calls.append(("ask", point))
        return point

    def skip(self, point: Point) -> None:
        self.calls.append(("skip", point))

    def tell(self, point: Point, value: float | None) -> None:
        self.calls.append(("tell", point, value))

    def prune(self, point: Point, epoch: int, value: float) -> bool:
        self.calls.append(("prune", point, epoch, value))
        return value < 0.2


ZERO, ONE, TWO, THREE = ({"n": str(each)} for each in range(4))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The record of a search that was asked for four trials, of which two are over."""
    found = tmp_path / "search.jsonl"
    trials = RecordedTrials(Counting(), found, "key")
    assert trials.results == trials.left == 0
    assert [trials.ask(), trials.ask()] == [ZERO, ONE]
    assert not trials.prune(ONE, 1, 0.5)
    trials.tell(ONE, 0.1 + 0.2)
    assert trials.ask() == TWO
    trials.skip(TWO)
    assert trials.ask() == THREE
    assert trials.prune(THREE, 2, 0.1)
    return found


def asked(trials: RecordedTrials) -> Sequence[Point | None]:
    return [trials.ask() for _ in range(trials.left)]


def test_the_calls_are_made_again_in_their_order(path: Path) -> None:
    content, search = path.read_bytes(), Counting()
    trials = RecordedTrials(search, path, "key")
    calls = [
        ("ask", ZERO),
        ("ask", ONE),
        ("prune", ONE, 1, 0.5),
        ("tell", ONE, 0.1 + 0.2),
        ("ask", TWO),
        ("skip", TWO),
        ("ask", THREE),
        ("prune", THREE, 2, 0.1),
    ]
    assert search.calls == calls
    assert trials.results == 1
    assert asked(trials) == [ZERO, ONE, TWO, THREE]
    # What the search knows is not passed on again.
    trials.tell(ONE, 0.7)
    trials.tell(TWO, 0.7)
    trials.skip(ONE)
    assert not trials.prune(ONE, 1, 0.1)
    assert trials.prune(THREE, 1, 0.9)
    assert search.calls == calls
    assert path.read_bytes() == content
    assert not trials.prune(THREE, 3, 0.9)
    trials.tell(ZERO, None)
    assert trials.ask() == {"n": "4"}
    assert search.calls[len(calls) :] == [
        ("prune", THREE, 3, 0.9),
        ("tell", ZERO, None),
        ("ask", {"n": "4"}),
    ]
    assert asked(RecordedTrials(Counting(), path, "key"))[-1] == {"n": "4"}


@pytest.mark.parametrize(
    "damage", [b"[", b"[]\n", b"{}\n", b'["tell", {"n": "9"}, 0.5]\n', b"\xff\n", b'["ask", 3]\n']
)
def test_what_is_damaged_is_removed_with_what_follows(path: Path, damage: bytes) -> None:
    content = path.read_bytes()
    path.write_bytes(content + damage + b'["skip", {"n": "0"}]\n')
    search = Counting()
    trials = RecordedTrials(search, path, "key")
    assert ("skip", ZERO) not in search.calls
    assert len(asked(trials)) == 4
    assert path.read_bytes() == content


def test_a_search_that_asks_for_other_trials_is_followed(path: Path) -> None:
    """The one that it asked for instead is the first one that is trained."""
    trials = RecordedTrials(Counting(first=1), path, "key")
    assert asked(trials) == [ONE]
    assert trials.results == 0
    assert path.read_text().count("ask") == 1
    trials = RecordedTrials(Counting(first=1), path, "key")
    assert asked(trials) == [ONE]


def test_of_fewer_trials_only_these_are_asked_for(path: Path) -> None:
    assert asked(RecordedTrials(Counting(last=1), path, "key")) == [ZERO, ONE]
    assert path.read_text().count("ask") == 2


def test_another_sweep_begins_anew(path: Path) -> None:
    trials = RecordedTrials(Counting(), path, "another key")
    assert trials.left == trials.results == 0
    assert path.read_text().count("\n") == 1


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "search.jsonl").mkdir()
    with pytest.raises(FolderError, match="jsonl"):
        RecordedTrials(Counting(), tmp_path / "search.jsonl", "key")
