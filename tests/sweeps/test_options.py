"""How a sweep is run."""

import json
from typing import Any

import pytest

from zookit.core import BadExperiment, BadParameter, UnknownName, ZookitError
from zookit.sweeps.kept import Reuse
from zookit.sweeps.options import SweepOptions


def test_options_are_read_as_they_were_written() -> None:
    options = SweepOptions(
        launcher="local:workers=1",
        listeners=("tensorboard",),
        limit=60.0,
        reuse=Reuse(threads=True),
    )
    assert SweepOptions.from_plain(json.loads(json.dumps(options.plain()))) == options
    options.check()


@pytest.mark.parametrize(
    "damage",
    [{"format": 2}, {"listeners": "x"}, {"launcher": 3}, {"limit": "x"}, {"reuse": {"other": 1}}],
)
def test_damaged_options_are_refused(damage: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        SweepOptions.from_plain({**SweepOptions().plain(), "listeners": [], **damage})


@pytest.mark.parametrize("limit", [0, -1.0, 0.5, float("nan"), float("inf"), 1e12, "5", True])
def test_a_limit_is_a_number_of_seconds(limit: Any) -> None:
    with pytest.raises(BadParameter) as raised:
        SweepOptions(limit=limit).check()
    assert all(fact in str(raised.value) for fact in ("limit", str(limit)))


def test_words_are_checked() -> None:
    with pytest.raises(UnknownName, match="local"):
        SweepOptions(launcher="locla").check()
    with pytest.raises(UnknownName, match="tensorboard"):
        SweepOptions(listeners=("tensorbord",)).check()
    with pytest.raises(BadExperiment, match="twice"):
        SweepOptions(listeners=("tensorboard", "tensorboard")).check()


def test_the_listeners_of_every_run_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_WITH", "tensorbord")
    with pytest.raises(ZookitError, match=r"ZOOKIT_WITH.*tensorboard"):
        SweepOptions().check()
