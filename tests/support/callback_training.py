"""Trainings with a callback: real ones on a tiny data set, and ones with given logged values."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

import zookit
from zookit.core import Callback
from zookit.registry import callbacks
from zookit.testing.callback import as_from_file
from zookit.testing.callback_harness import Harness, Logs, new_run
from zookit.testing.trial_training import Brightness, Shades
from zookit.training.experiment_callbacks import build_callback


def built(words: str) -> keras.callbacks.Callback:
    """The Keras callback of a component."""
    return build_callback(callbacks.build(words).component, new_run())


def trained(*words: str, runs_dir: Path, **settings: Any) -> zookit.Run:
    """A real training of four epochs with these callbacks."""
    settings = {"epochs": 4, **settings}
    return zookit.run(Shades(4, 4), Brightness(), words, runs_dir=runs_dir, quiet=True, **settings)


def logs_of(values: Sequence[float]) -> Logs:
    """Logs with these values of val_loss."""
    return {"loss": [0.5] * len(values), "val_loss": values}


def begun(
    callback: keras.callbacks.Callback, at: int = 0, state: Any = None, rate: float = 1.0
) -> Harness:
    """A training at its start, or resumed after epoch `at` from a state as read from a file."""
    harness = Harness(callback, at, rate)
    harness.begin(None if state is None else as_from_file(state))
    return harness


def run_epochs(callback: keras.callbacks.Callback, values: Sequence[float]) -> Harness:
    """A training that logs these values of val_loss, until the callback stops it."""
    harness = begun(callback)
    harness.train(logs_of(values))
    return harness


def ended(harness: Harness) -> dict[str, Any]:
    """End training; return everything that a callback may have changed."""
    harness.end()
    return {
        "epochs": harness.epoch,
        "stopped": harness.model.stop_training,
        "rate": harness.learning_rate,
        "weight": float(harness.model.get_weights()[0][0, 0]),
    }


def resumed(component: Callback, values: Sequence[float], at: int) -> dict[str, Any]:
    """The end of a run that was stopped after epoch `at` and resumed."""
    first = begun(build_callback(component, new_run()))
    first.train(logs_of(values), until=at)
    rate = float(first.model.optimizer.learning_rate)
    second = begun(build_callback(component, new_run()), at, first.callback.get_state(), rate)
    second.train(logs_of(values))
    return ended(second)
