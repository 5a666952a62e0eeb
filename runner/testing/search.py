"""The contract of searches."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from zookit.core import Choice, Point, Range, Search, Trials
from zookit.core.errors import quoted
from zookit.core.search import point_complaint
from zookit.testing.check import require
from zookit.testing.target import NotApplicable, Target

_MOST = 20
"""The most combinations to ask for."""
_Varied = Sequence[Choice | Range]

_LISTED: _Varied = (
    Choice("architecture", ("one", "other")),
    Choice("one.units", ("64", "128"), when={"architecture": ("one",)}),
    Choice("batch_size", ("16", "32")),
)
"""Six combinations: `one.units` has no value with `other`."""
_RANGES: _Varied = (
    Choice("architecture", ("one", "other")),
    Range("one.units", 16, 512, log=True, whole=True, when={"architecture": ("one",)}),
    Range("learning_rate", 1e-4, 0.1, log=True),
    Range("validation", 0.1, 0.5),
)


def asks_for_combinations(target: Target) -> None:
    """Each combination that it asks for has one valid value for all that varies and applies.

    A choice or a range whose `when` does not hold has no value.
    """
    for varied in (_LISTED, _RANGES):
        for point in _asked(target, varied):
            complaint = point_complaint(varied, point)
            require(complaint is None, f"it asks for {quoted(dict(point))}: {complaint}")


def asks_for_something(target: Target) -> None:
    """It asks for at least one combination, and for ranges or for lists of values."""
    require(list(_asked(target, _LISTED)), "it asks for nothing")


def asks_for_none_twice(target: Target) -> None:
    """It asks for no combination again, so that it ends when all are tried."""
    for varied in (_LISTED, _RANGES):
        seen: list[Point] = []
        for point in _asked(target, varied):
            require(point not in seen, f"it asks for {quoted(dict(point))} twice")
            seen.append(point)


def asks_for_the_same_again(target: Target) -> None:
    """Opened again and given the same results, it asks for the same combinations.

    So a sweep can be continued. Random numbers come from a seed of its own.
    """
    for varied in (_LISTED, _RANGES):
        first, again = (list(_asked(target, varied)) for _ in range(2))
        require(
            first == again, f"it asks for {_shown(first)}, and opened again for {_shown(again)}"
        )


def opens_independent_trials(target: Target) -> None:
    """Two sweeps can use it at a time: what one is asked and given does not change the other."""
    alone = list(_asked(target, _LISTED))
    one, other = (_open(target, _LISTED) for _ in range(2))
    together: list[Point] = []
    while len(together) < _MOST and (point := one.ask()) is not None:
        together.append(point)
        mine = other.ask()
        one.tell(point, _value(point))
        if mine is not None:
            other.tell(mine, -_value(mine))
    require(
        together == alone, f"it asks for {_shown(alone)}, and beside another {_shown(together)}"
    )


def goes_on_after_failures(target: Target) -> None:
    """Trainings may fail, and combinations may be skipped; it continues with the others."""
    trials = _open(target, _LISTED)
    for at in range(_MOST):
        point = trials.ask()
        if point is None:
            return
        if at % 2:
            trials.skip(point)
        else:
            trials.tell(point, None)


def several_are_tried_at_a_time(target: Target) -> None:
    """It asks for another combination before it knows the result of the last one."""
    trials = _open(target, _LISTED)
    points = [each for each in (trials.ask(), trials.ask()) if each is not None]
    for point in reversed(points):
        trials.tell(point, _value(point))
    trials.ask()


def says_whether_it_learns(target: Target) -> None:
    """If results change what it asks for, or it stops trainings early, its `learns` is true."""
    search: Search = target.component
    if search.learns:
        raise NotApplicable("it says that it learns")
    for varied in (_LISTED, _RANGES):
        good, bad = (list(_asked(target, varied, value)) for value in (_value, _opposite))
        require(good == bad, f"it asks for {_shown(good)} or {_shown(bad)}, as results are")


def prunes_with_true_or_false(target: Target) -> None:
    """`prune` returns True or False, and True only if its `learns` is true."""
    search: Search = target.component
    trials = _open(target, _LISTED)
    for _ in range(_MOST):
        point = trials.ask()
        if point is None:
            return
        for epoch in (1, 2):
            stops = trials.prune(point, epoch, _value(point) * epoch)
            require(isinstance(stops, bool), f"prune returned {quoted(stops)}")
            require(search.learns or not stops, "it stops trainings, but its learns is False")
        trials.tell(point, _value(point))


def _open(target: Target, varied: _Varied) -> Trials:
    search: Search = target.component
    try:
        trials = search.open(varied)
    except ValueError:
        require(varied is _RANGES, "it refuses lists of values")
        raise
    require(isinstance(trials, Trials), f"open returned {quoted(trials)}, expected Trials")
    return trials


def _asked(
    target: Target, varied: _Varied, value: Callable[[Point], float] | None = None
) -> Iterator[Point]:
    """Yield the first combinations that it asks for; none if it refuses ranges."""
    try:
        trials = _open(target, varied)
    except ValueError:
        if varied is _RANGES:
            return
        raise
    for point in islice(iter(trials.ask, None), _MOST):
        assert point is not None
        yield point
        trials.tell(point, (value or _value)(point))


def _value(point: Point) -> float:
    """Return a result: some combinations are better than others."""
    return sum(map(ord, "".join(point.values()))) % 97 / 97


def _opposite(point: Point) -> float:
    return 1 - _value(point)


def _shown(points: Sequence[Point]) -> str:
    return quoted([dict(each) for each in points])


CHECKS = (
    asks_for_combinations,
    asks_for_something,
    asks_for_none_twice,
    asks_for_the_same_again,
    opens_independent_trials,
    goes_on_after_failures,
    several_are_tried_at_a_time,
    says_whether_it_learns,
    prunes_with_true_or_false,
)
