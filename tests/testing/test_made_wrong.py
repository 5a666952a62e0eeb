"""What a beginner's component returns by mistake is told in one line, without a traceback."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import pytest

import zookit
from zookit.core import Architecture, Callback, Dataset, ZookitError
from zookit.testing.trial_training import Brightness, Shades


@dataclass(frozen=True)
class ReturnsNothing(Shades):
    """Forgets to return."""

    def load(self, source: Any) -> Any:
        super().load(source)


@dataclass(frozen=True)
class ReturnsPlainTuple(Shades):
    """Returns no Splits."""

    def load(self, source: Any) -> Any:
        splits = super().load(source)
        return splits.train, splits.test


@dataclass(frozen=True)
class OneClass(Shades):
    """Has nothing to tell apart."""

    @property
    def info(self) -> Any:
        return replace(super().info, class_names=("shade",))


@dataclass(frozen=True)
class Exits(Shades):
    """Ends the program."""

    def load(self, source: Any) -> Any:
        sys.exit(3)


@dataclass(frozen=True)
class ReturnsModel(Architecture):
    """Returns a model instead of what it gives."""

    def features(self, images: Any) -> Any:
        return keras.Sequential([keras.layers.Flatten()])


@dataclass(frozen=True)
class ReturnsImages(Architecture):
    """Does not flatten."""

    def features(self, images: Any) -> Any:
        return images


@dataclass(frozen=True)
class ReturnsClass(Callback):
    """Returns a class instead of an instance."""

    def build(self) -> Any:
        return keras.callbacks.TerminateOnNaN


@pytest.mark.parametrize(
    ("dataset", "architecture", "callbacks", "said"),
    [
        (ReturnsNothing(), Brightness(), (), "load gave None, expected Splits"),
        (ReturnsPlainTuple(), Brightness(), (), "expected Splits(train, test)"),
        (OneClass(), Brightness(), (), "OneClass has 1 class, expected two or more"),
        (Exits(), Brightness(), (), "loading it ended the program (3)"),
        (Shades(), ReturnsModel(), (), "not a layer or a model"),
        (Shades(), ReturnsImages(), (), "gave shape (None, 8, 8, 1), expected (N, features)"),
        (
            Shades(),
            Brightness(),
            ReturnsClass(),
            "expected an instance of keras.callbacks.Callback",
        ),
    ],
)
def test_it_is_told(
    dataset: Dataset,
    architecture: Architecture,
    callbacks: Any,
    said: str,
    tmp_path: Path,
) -> None:
    with pytest.raises(ZookitError) as raised:
        zookit.run(dataset, architecture, callbacks, epochs=1, runs_dir=tmp_path, quiet=True)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())
