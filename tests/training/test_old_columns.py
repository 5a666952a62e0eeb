"""Callbacks are given values by the names that renamed metrics had."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from zookit.core import Callback, Metric
from zookit.core.parameters import plain_values
from zookit.training.composition import Composition
from zookit.training.monitoring import check_callbacks
from zookit.training.resolve import compose, compose_experiment


@dataclass(frozen=True)
class Precision(Metric):
    """A metric that was called `share`, and before that `part`."""

    formerly: ClassVar[tuple[str, ...]] = ("share", "part")
    renamed: ClassVar[dict[str, str]] = {"least": "threshold", "minimum": "threshold"}
    top: int = 1
    threshold: float = 0.0

    def build(self, classes: int) -> Any:
        """Not called here."""


@dataclass(frozen=True)
class Several(Callback):
    """A callback that does not say what it monitors, and adds a value."""

    names: tuple[str, ...] = ()
    adds = ("part",)

    def build(self) -> Any:
        """Not called here."""


def composed(*callbacks: Any, metrics: Any = Precision()) -> Composition:
    options = {"metrics": metrics, "validation": 0.2}
    return compose("mnist", "dense", callbacks, options)


@pytest.fixture
def column() -> str:
    """The name under which the metric is logged."""
    (name,) = composed().metrics
    return name


def test_an_old_name_of_a_metric_is_the_new_one(
    column: str, caplog: pytest.LogCaptureFixture
) -> None:
    old = composed("early_stopping:monitor=val_share")
    new = composed(f"early_stopping:monitor=val_{column}")
    assert old.experiment == new.experiment
    assert old.experiment.callbacks[0].defaulted == new.experiment.callbacks[0].defaulted
    assert old.callbacks == new.callbacks
    check_callbacks(old)
    (line,) = caplog.messages
    assert f"'val_share' of early_stopping is now called 'val_{column}'" in line


def test_the_parameters_of_the_metric_are_part_of_its_name() -> None:
    precision = Precision(top=3)
    found = composed("early_stopping:monitor=part_3", metrics=precision)
    (name,) = found.metrics
    assert name.endswith("_3")
    assert found.callbacks[0].monitors == (name,)
    other = composed("early_stopping:monitor=part_2", metrics=precision)
    assert other.callbacks[0].monitors == ("part_2",)


@pytest.mark.parametrize("key", ["least", "minimum", "threshold"])
@pytest.mark.parametrize("name", ["part", "precision"])
def test_a_renamed_parameter_of_the_metric_is_the_new_one(column: str, name: str, key: str) -> None:
    old = f"{column.removesuffix('precision')}{name}" if name == "precision" else name
    found = composed(
        f"early_stopping:monitor=val_{old}_3_{key}_0_5", metrics=Precision(3, threshold=0.5)
    )
    assert found.callbacks[0].monitors == (f"val_{column}_3_threshold_0_5",)


def test_a_name_may_be_one_of_several_or_in_a_path(column: str, tmp_path: Path) -> None:
    path = f"{tmp_path}/share-{{val_share:.2f}}-{{epoch}}.keras"
    found = composed(f"model_checkpoint:{path}", Several(("share", "val_share", "shares")))
    expected = path.replace("{val_share", f"{{val_{column}")
    assert plain_values(found.callbacks[0])["path"] == expected
    assert found.callbacks[1] == Several((column, f"val_{column}", "shares"))


def test_a_name_under_which_something_else_is_logged_stays() -> None:
    found = composed(Several(), "early_stopping:monitor=part")
    assert found.callbacks[1].monitors == ("part",)


def test_a_file_may_have_old_names_and_a_repeated_experiment_keeps_them(column: str) -> None:
    experiment = composed(f"early_stopping:monitor={column}").experiment
    (callback,) = experiment.callbacks
    old = replace(callback, parameters={**callback.parameters, "monitor": "share"})
    filed = replace(experiment, callbacks=(old,))
    assert compose_experiment(filed, [Precision()]).experiment == experiment
    assert compose_experiment(filed, [Precision()], repeated=True).experiment == filed
