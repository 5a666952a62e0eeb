"""`unfreeze` trains the whole model from an epoch on, and a resumed run ends with equal bits."""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from small_runs import SMALL, different_ends, small_images
from snapshots import Snapshots

import zookit
from zookit.core import Callback

NET = "cnn:filters=4,units=4"
WORDS = "unfreeze:epoch=2,learning_rate=0.001"
KILLED = (6, 12, 13, 18, 30)
"""The executions after which a run is killed; an epoch has 12."""


def two_phases(runs_dir: Path, callbacks: Any = WORDS, **options: Any) -> zookit.Run:
    options = {**SMALL, "epochs": 3, "freeze": "body", **options}
    return zookit.run(small_images(), NET, callbacks, runs_dir=runs_dir, **options)


@pytest.fixture(scope="module")
def whole(session_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[zookit.Run, Path]:
    """A run in two phases, and the folder of its copies by number of executions."""
    folder = tmp_path_factory.mktemp("two phases")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        # A checkpoint after each execution.
        patched.setenv("ZOOKIT_CHECKPOINT_MINUTES", "0")
        patched.setattr("zookit.training.checkpoint_schedule._SHARE", math.inf)
        run = two_phases(folder / "whole", listeners=Snapshots(folder, KILLED))
    return run, folder


def test_both_phases_are_recorded(whole: tuple[zookit.Run, Path]) -> None:
    run, _ = whole
    assert run.experiment.frozen == ("body",)
    model = run.model()
    head = sum(math.prod(each.shape) for each in model.get_layer("head").weights)
    counts = run.environment.parameters
    assert counts is not None
    assert counts.all == model.count_params()
    assert counts.trained == {"1": head, "2": counts.all}


@pytest.mark.parametrize(
    "executions",
    [pytest.param(each, marks=[pytest.mark.slow] if each != 30 else []) for each in KILLED],
)
def test_a_run_that_was_killed_in_a_phase_ends_with_equal_bits(
    whole: tuple[zookit.Run, Path], tmp_path: Path, executions: int
) -> None:
    run, folder = whole
    (killed,) = (folder / str(executions)).iterdir()
    copy = Path(shutil.copytree(killed, tmp_path / killed.name))
    assert zookit.resume(copy, quiet=True).status == "finished"
    assert different_ends(copy, run.folder) == []


RATIOS: list[float] = []
"""The largest change of a weight in the first step of each epoch, by the learning rate."""


@dataclass(frozen=True)
class Changes(Callback):
    """Notes how much the first step of each epoch changes the weights."""

    @property
    def every_batch(self) -> bool:
        return True

    def build(self) -> keras.callbacks.Callback:
        return _Changes()


class _Changes(keras.callbacks.Callback):  # type: ignore[misc]
    def _weights(self) -> list[Any]:
        return [each.numpy() for each in self.model.trainable_variables]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.before = self._weights()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch == 0:
            pairs = zip(self.before, self._weights(), strict=True)
            largest = max(np.abs(now - before).max() for before, now in pairs)
            RATIOS.append(largest / float(self.model.optimizer.learning_rate))


def test_what_was_frozen_is_trained_at_the_given_rate(tmp_path: Path) -> None:
    RATIOS.clear()
    two_phases(tmp_path, [WORDS, Changes()], epochs=3)
    assert RATIOS[1] == pytest.approx(1, rel=0.01)
    assert RATIOS[2] < 1.5


def weights_after(folder: Path, epochs: int, **options: Any) -> list[Any]:
    model = two_phases(folder, (), epochs=epochs, **options).model()
    return [each.numpy() for layer in model.layers[:-1] for each in layer.weights]


def test_what_is_frozen_stays_as_it_was(tmp_path: Path) -> None:
    first, later = (weights_after(tmp_path, epochs) for epochs in (1, 2))
    trained = weights_after(tmp_path, 1, freeze=None)
    assert all(map(np.array_equal, first, later))
    assert not any(map(np.array_equal, first, trained))


def test_what_is_frozen_decides_the_identity(tmp_path: Path) -> None:
    identities = {
        two_phases(tmp_path, (), epochs=1, freeze=freeze).environment.identity
        for freeze in ("body", None)
    }
    assert len(identities) == 2
