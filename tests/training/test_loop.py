"""A training between epochs: what the listeners receive, and when it fails."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_runs import DENSE, SMALL, Interrupt

import zookit
from zookit.core import Listener, TrainingFailed, hookimpl
from zookit.training.loop import check_finite


@pytest.mark.parametrize("name", ["loss", "val_loss"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_is_an_error(name: str, value: float) -> None:
    with pytest.raises(TrainingFailed, match=rf"the {name} became {value} in epoch 2"):
        check_finite({"loss": 1.0, name: value}, "in epoch 2")


def test_other_values_may_be_anything() -> None:
    check_finite({"loss": 1.0, "accuracy": math.nan}, "in epoch 2")
    check_finite(None, "in epoch 2")


@dataclass(frozen=True)
class Changing(Listener):
    """Tries to change the values that all listeners receive."""

    @hookimpl
    def epoch_ended(self, values: Mapping[str, float]) -> None:
        values["loss"] = 0.0  # type: ignore[index]


def test_a_listener_cannot_change_the_values(
    images: str, tmp_path: Path, finished: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = zookit.run(images, DENSE, listeners=Changing(), runs_dir=tmp_path, epochs=2, **SMALL)
    assert "epoch_ended" in capfd.readouterr().err
    assert run.history == zookit.open_run(finished).history


def test_the_time_before_an_interruption_counts(images: str, tmp_path: Path) -> None:
    stopped = zookit.run(
        images, DENSE, listeners=Interrupt(6), runs_dir=tmp_path, epochs=1, **SMALL
    )
    assert (stopped.epochs, stopped.seconds) == (0, ())
    resumed = stopped.resume(quiet=True)
    assert len(resumed.seconds) == 1
    (resumption,) = resumed.environment.resumptions
    assert (resumption.epochs, resumption.steps) == (0, 12)
