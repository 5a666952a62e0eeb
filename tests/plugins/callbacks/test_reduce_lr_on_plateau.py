"""`reduce_lr_on_plateau` acts as Keras's ReduceLROnPlateau, and a resumed run continues exactly."""

from pathlib import Path
from typing import Any

import keras
import pytest
from callback_training import ended, resumed, run_epochs, trained
from hypothesis import given, settings
from hypothesis import strategies as st

from zookit.plugins import ReduceLrOnPlateau

SERIES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.35, 0.4, 0.5]), min_size=2, max_size=14)


def test_a_run_lowers_the_learning_rate(tmp_path: Path, messages: list[str]) -> None:
    # No change counts as an improvement, so every second epoch lowers the rate.
    words = "reduce_lr_on_plateau:2,factor=0.5,min_delta=1000,min_lr=0.02"
    trained(words, runs_dir=tmp_path, epochs=9, learning_rate=0.1)
    lowered = [line for line in messages if line.startswith("reduce_lr_on_plateau")]
    rates = (("0.1", "0.05", 3), ("0.05", "0.025", 5), ("0.025", "0.02", 7))
    assert len(lowered) == len(rates)
    for line, (before, after, epoch) in zip(lowered, rates, strict=True):
        assert f"from {before} to {after} after epoch {epoch}." in line


@pytest.mark.slow
@given(
    values=SERIES,
    parameters=st.fixed_dictionaries(
        {
            "patience": st.integers(0, 3),
            "factor": st.sampled_from([0.5, 0.1]),
            "mode": st.sampled_from(["auto", "min", "max"]),
            "min_delta": st.sampled_from([0.0, 0.06]),
            "cooldown": st.integers(0, 2),
            "min_lr": st.sampled_from([0.0, 0.2]),
        }
    ),
    data=st.data(),
)
@settings(deadline=None, max_examples=30)
def test_resumed_after_any_epoch_it_ends_as_keras_does(
    values: list[float], parameters: dict[str, Any], data: st.DataObject
) -> None:
    expected = ended(run_epochs(keras.callbacks.ReduceLROnPlateau(**parameters), values))
    at = data.draw(st.integers(0, len(values) - 1))
    assert resumed(ReduceLrOnPlateau(**parameters), values, at) == expected


def test_the_learning_rate_of_a_harness_changes() -> None:
    harness = run_epochs(ReduceLrOnPlateau(patience=1, factor=0.5).build(), [0.5, 0.5, 0.5])
    assert ended(harness)["rate"] == pytest.approx(0.25)
