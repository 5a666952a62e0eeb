"""`terminate_on_nan` stops training with Keras; a run fails at such a loss in any case."""

from pathlib import Path

import keras
import numpy as np
import pytest
from callback_training import built, trained

from zookit.core import TrainingFailed


def test_it_stops_at_the_batch(messages: list[str]) -> None:
    images, labels = np.ones((8, 1), np.float32), np.ones((8, 1), np.float32)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    labels[4] = np.nan
    logged = model.fit(
        *(images, labels),
        batch_size=2,
        epochs=3,
        shuffle=False,
        callbacks=[built("terminate_on_nan")],
        verbose=0,
    )
    assert len(logged.history["loss"]) == 1
    (line,) = messages
    assert line.startswith("terminate_on_nan: ")
    assert "nan by step 3" in line


def test_a_run_fails(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="loss"):
        trained("terminate_on_nan", runs_dir=tmp_path, optimizer="sgd:learning_rate=1e30")
