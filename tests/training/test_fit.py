"""The end of a training: the values on the test images."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from small_runs import DENSE, SMALL, Interrupt

import zookit
from zookit.core import Metric


@dataclass(frozen=True)
class Odd(Metric):
    """A metric that is 0/0: it looks for a class that no image has."""

    def build(self, classes: int) -> Any:
        import keras

        class Ratio(keras.metrics.Metric):  # type: ignore[misc]
            def update_state(self, labels: Any, outputs: Any, sample_weight: Any = None) -> None:
                pass

            def result(self) -> Any:
                zero = keras.ops.zeros(())
                return zero / zero

        return Ratio()


def test_a_metric_that_is_nan_is_reported_and_not_recorded(
    images: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stopped = zookit.run(
        images, DENSE, metrics=Odd(), listeners=Interrupt(14), runs_dir=tmp_path, epochs=2, **SMALL
    )
    assert (stopped.status, stopped.epochs) == ("interrupted", 1)
    run = zookit.open_run(stopped.folder, instances=[Odd()]).resume(quiet=True)
    assert (run.status, run.epochs) == ("finished", 2)
    assert set(run.metrics) == {"loss", "accuracy"}
    (name,) = stopped.experiment.metrics
    lines = capfd.readouterr().err.splitlines()
    (line,) = (each for each in lines if "test images" in each)
    assert name.identifier in line
    assert "nan" in line
    again = run.resume(3, quiet=True)
    assert (again.status, again.epochs) == ("finished", 3)
