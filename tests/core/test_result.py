"""What a notebook shows of a result."""

from pathlib import Path
from typing import Any

from zookit.core import ComponentSpec, Experiment, Result


def test_a_result_shows_status_metrics_and_folder() -> None:
    model: Any = None
    result = Result(
        experiment=Experiment(ComponentSpec("mnist"), ComponentSpec("dense")),
        folder=Path("runs/a<b"),
        status="finished",
        history={"loss": (0.5, 0.25)},
        seconds=(1.0, 1.0),
        metrics={"loss": 0.25, "accuracy": 0.9},
        environment={},
        model=model,
    )
    assert result.epochs == 2
    for text in ("finished", "epochs 2", "test accuracy 0.9000", "runs/a<b"):
        assert text in repr(result)
    shown = result._repr_html_()
    assert "0.9000" in shown
    assert "runs/a&lt;b" in shown
