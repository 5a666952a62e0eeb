"""`early_stopping` acts as Keras's EarlyStopping, and a resumed run continues exactly."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from callback_training import ended, resumed, run_epochs, trained
from hypothesis import given, settings
from hypothesis import strategies as st

from zookit.plugins import EarlyStopping

SERIES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.35, 0.4, 0.5]), min_size=2, max_size=14)


@pytest.mark.slow
def test_a_run_stops_and_has_the_best_weights(tmp_path: Path, messages: list[str]) -> None:
    options: dict[str, Any] = {"epochs": 12, "learning_rate": 5}  # so high that it soon gets worse
    saving = f"model_checkpoint:{tmp_path}/{{epoch}}.weights.h5"
    free = trained(saving, runs_dir=tmp_path, **options)
    stopped = trained("early_stopping:2,restore_best_weights=true", runs_dir=tmp_path, **options)
    values = free.history["val_loss"]
    best = next(
        at
        for at in range(len(values))
        if min(values[at : at + 3]) == values[at] == min(values[: at + 1])
    )
    assert best + 3 < 12
    assert stopped.epochs == best + 3
    assert any(f"val_loss was best in epoch {best + 1}" in line for line in messages)
    assert any(f"weights of epoch {best + 1}" in line for line in messages)
    assert stopped.weights_epoch == best + 1
    # The model that is tested is that of the best epoch.
    model = stopped.model()
    weights = model.get_weights()
    model.optimizer.build(model.trainable_variables)  # Keras loads its state too
    model.load_weights(tmp_path / f"{best + 1}.weights.h5")
    for found, expected in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
def test_a_run_knows_which_epoch_was_restored(tmp_path: Path) -> None:
    words = "early_stopping:9,monitor=accuracy,mode=min,restore_best_weights={}"
    options: dict[str, Any] = {"epochs": 3, "learning_rate": 0.1, "runs_dir": tmp_path}
    kept = trained(words.format("false"), **options)
    restored = trained(words.format("true"), **options)
    accuracy = restored.history["accuracy"]
    assert kept.history["accuracy"] == accuracy
    assert kept.weights_epoch == 3
    lowest = accuracy.index(min(accuracy)) + 1
    assert lowest < 3  # the training learns
    assert restored.weights_epoch == lowest
    assert "restored_epoch" in (restored.folder / "metrics.json").read_text()
    assert "restored_epoch" not in (kept.folder / "metrics.json").read_text()
    longer = restored.resume(4)
    accuracy = longer.history["accuracy"]
    assert longer.weights_epoch == accuracy.index(min(accuracy)) + 1


@given(
    values=SERIES,
    parameters=st.fixed_dictionaries(
        {
            "patience": st.integers(0, 3),
            "min_delta": st.sampled_from([0.0, 0.06]),
            "mode": st.sampled_from(["auto", "min", "max"]),
            "baseline": st.sampled_from([None, 0.25]),
            "restore_best_weights": st.booleans(),
            "start_from_epoch": st.integers(0, 3),
        }
    ),
    data=st.data(),
)
@settings(deadline=None, max_examples=30)
def test_resumed_after_any_epoch_it_ends_as_keras_does(
    values: list[float], parameters: dict[str, Any], data: st.DataObject
) -> None:
    expected = ended(run_epochs(keras.callbacks.EarlyStopping(**parameters), values))
    at = data.draw(st.integers(0, expected["epochs"] - 1))
    assert resumed(EarlyStopping(**parameters), values, at) == expected
