"""A component that seeds the global random generators is noticed: --seed decides nothing then."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import zookit
from zookit.core import Callback
from zookit.modeling.model import build_model
from zookit.modeling.reseeding import reseeding_noticed
from zookit.terminal import messages_shown
from zookit.testing.trial_training import Brightness, Shades

SEEDS: dict[str, Callable[[], Any]] = {
    "keras": lambda: keras.utils.set_random_seed(0),
    "python": lambda: random.seed(0),
    "numpy": lambda: np.random.seed(0),  # noqa: NPY002
    "tensorflow": lambda: tf.random.set_seed(0),
}


@dataclass(frozen=True)
class Seeding(Brightness):
    """Seeds the random numbers, as scripts for courses do."""

    how: str = ""

    def features(self, images: Any) -> Any:
        if self.how:
            SEEDS[self.how]()
        return super().features(images)


@dataclass(frozen=True)
class SeedingLater(Callback):
    """Seeds them in each epoch."""

    def build(self) -> Any:
        return keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: SEEDS["keras"]())


@pytest.mark.parametrize("how", SEEDS)
def test_it_is_named_with_its_line(capsys: pytest.CaptureFixture[str], how: str) -> None:
    before = random.seed, np.random.seed, tf.random.set_seed
    seeding = Seeding(how=how)
    with messages_shown(quiet=True), reseeding_noticed(seeding):
        for _ in range(2):
            build_model(Shades().info, seeding, normalize=True)
    (line,) = capsys.readouterr().err.splitlines()
    assert "random numbers" in line
    assert f"{__name__}:Seeding" in line
    assert f"{Path(__file__).name}:" in line
    assert (random.seed, np.random.seed, tf.random.set_seed) == before


def test_a_training_notices_its_components_and_not_zookit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zookit.run(Shades(), Seeding(), SeedingLater(), epochs=2, runs_dir=tmp_path, quiet=True)
    lines = [line for line in capsys.readouterr().err.splitlines() if "random numbers" in line]
    assert len(lines) == 1
    assert "SeedingLater" in lines[0]
