"""What is special about each search; tests/plugins/test_contract.py checks their contract."""

import logging
import math
from collections.abc import Callable, Sequence

import optuna
import pytest

from zookit.core import Choice, Point, Range, Trials
from zookit.core.search import point_complaint
from zookit.plugins import Grid, OptunaSearch, RandomSearch

ARCHITECTURE = Choice("architecture", ("dense", "cnn"))
UNITS = Choice("dense.units", ("64", "128"), when={"architecture": ("dense",)})
BATCH = Choice("batch_size", ("16", "32"))
RATE = Range("learning_rate", 1e-4, 0.1, log=True)
EPOCHS = Range("epochs", 1, 4, whole=True)
LISTED = (ARCHITECTURE, BATCH, UNITS)
Varied = Sequence[Choice | Range]


def asked(trials: Trials, value: Callable[[Point], float | None] = lambda _: 0.5) -> list[Point]:
    found = []
    while (point := trials.ask()) is not None:
        found.append(point)
        trials.tell(point, value(point))
    return found


def test_a_grid_has_all_combinations_in_the_order_of_their_values() -> None:
    assert asked(Grid().open(LISTED)) == [
        {"architecture": "dense", "batch_size": "16", "dense.units": "64"},
        {"architecture": "dense", "batch_size": "16", "dense.units": "128"},
        {"architecture": "dense", "batch_size": "32", "dense.units": "64"},
        {"architecture": "dense", "batch_size": "32", "dense.units": "128"},
        {"architecture": "cnn", "batch_size": "16"},
        {"architecture": "cnn", "batch_size": "32"},
    ]


def test_a_grid_has_no_range() -> None:
    with pytest.raises(ValueError, match="learning_rate"):
        Grid().open((ARCHITECTURE, RATE))


def test_random_combinations_are_a_part_of_the_grid() -> None:
    grid = asked(Grid().open(LISTED))
    few = asked(RandomSearch(trials=4, seed=1).open(LISTED))
    assert len(few) == 4
    assert all(each in grid for each in few)
    other = asked(RandomSearch(trials=100, seed=2).open(LISTED))
    assert sorted(map(str, other)) == sorted(map(str, grid))
    assert few != other[:4]


def test_random_combinations_of_very_many_are_drawn() -> None:
    many = [Choice(f"p.{at}", tuple("abcdefgh")) for at in range(40)]
    found = asked(RandomSearch(trials=20).open(many))
    assert len({tuple(each.values()) for each in found}) == 20
    assert all(point_complaint(many, each) is None for each in found)


def test_random_numbers_are_spread_over_a_range() -> None:
    found = asked(RandomSearch(trials=300).open((RATE,)))
    rates = [float(each["learning_rate"]) for each in found]
    assert all(RATE.low <= each <= RATE.high for each in rates)
    below = sum(each < math.sqrt(RATE.low * RATE.high) for each in rates)
    assert 100 < below < 200
    whole = asked(RandomSearch(trials=300).open((EPOCHS,)))
    assert sorted(each["epochs"] for each in whole) == ["1", "2", "3", "4"]
    first = [asked(RandomSearch(1, seed).open((EPOCHS,)))[0]["epochs"] for seed in range(200)]
    assert all(25 < first.count(each) < 80 for each in "1234")


def test_what_is_skipped_is_no_trial() -> None:
    for search in (RandomSearch(trials=2), OptunaSearch(trials=2)):
        trials = search.open(LISTED)
        for _ in range(3):
            point = trials.ask()
            assert point is not None
            trials.skip(point)
        assert len(asked(trials)) == 2


def test_optuna_finds_the_better_part_of_a_range() -> None:
    def value(point: Point) -> float:
        distance = abs(math.log10(float(point["learning_rate"])) + 2)
        return -distance - (point["architecture"] == "cnn")

    found = asked(OptunaSearch(trials=40).open((ARCHITECTURE, RATE, UNITS)), value)
    random = asked(RandomSearch(trials=40).open((ARCHITECTURE, RATE, UNITS)), value)
    last, others = (sum(map(value, each[-20:])) / 20 for each in (found, random))
    assert last > others + 0.3


def test_optuna_tries_all_of_few_combinations_once() -> None:
    found = asked(OptunaSearch(trials=50).open(LISTED))
    assert sorted(map(str, found)) == sorted(map(str, asked(Grid().open(LISTED))))
    assert len(asked(OptunaSearch(trials=50).open((EPOCHS,)))) == 4


def test_optuna_stops_what_is_worse_than_most() -> None:
    def stopped(search: OptunaSearch, values: Callable[[int], float]) -> list[bool]:
        trials, found = search.open((RATE,)), []
        for at in range(8):
            point = trials.ask()
            assert point is not None
            ends = [trials.prune(point, epoch, values(at)) for epoch in (1, 2, 3)]
            found.append(any(ends))
            trials.tell(point, values(at))
        return found

    assert stopped(OptunaSearch(), lambda at: 0.1 if at > 5 else 0.9) == [False] * 6 + [True] * 2
    assert not any(stopped(OptunaSearch(prune=False), lambda at: 0.1 if at > 5 else 0.9))
    assert not any(stopped(OptunaSearch(), lambda _: math.nan))


def test_the_same_epoch_of_another_seed_is_not_reported_twice() -> None:
    trials = OptunaSearch().open((RATE,))
    point = trials.ask()
    assert point is not None
    # Optuna would warn, which is an error here.
    assert [trials.prune(point, epoch, 0.5) for epoch in (1, 1, 2, 2)] == [False] * 4


def test_optuna_says_nothing_and_is_as_loud_as_before(capfd: pytest.CaptureFixture[str]) -> None:
    before = optuna.logging.get_verbosity()
    asked(OptunaSearch(trials=3).open(LISTED))
    assert optuna.logging.get_verbosity() == before == logging.INFO
    assert capfd.readouterr() == ("", "")


def test_failed_trainings_are_avoided() -> None:
    def value(point: Point) -> float | None:
        return None if point["architecture"] == "cnn" else 0.5

    found = asked(OptunaSearch(trials=40).open((ARCHITECTURE, RATE)), value)
    assert sum(each["architecture"] == "cnn" for each in found[20:]) < 10
