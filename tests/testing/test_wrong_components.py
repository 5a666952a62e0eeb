"""Typical mistakes in a component are errors of one line that say what is wrong."""

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
    """Returns a tuple instead of Splits."""

    def load(self, source: Any) -> Any:
        splits = super().load(source)
        return splits.train, splits.test


@dataclass(frozen=True)
class OneClass(Shades):
    """Has a single class."""

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
    """Returns a model instead of its output."""

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
    ("dataset", "architecture", "callbacks", "facts"),
    [
        (ReturnsNothing(), Brightness(), (), ["ReturnsNothing", "None", "Splits"]),
        (ReturnsPlainTuple(), Brightness(), (), ["ReturnsPlainTuple", "Splits(train, test)"]),
        (OneClass(), Brightness(), (), ["OneClass", "1 class", "two"]),
        (Exits(), Brightness(), (), ["Exits", "ended the program", "3"]),
        (Shades(), ReturnsModel(), (), ["ReturnsModel", "Sequential"]),
        (Shades(), ReturnsImages(), (), ["(None, 8, 8, 1)", "(N, features)"]),
        (Shades(), Brightness(), ReturnsClass(), ["TerminateOnNaN", "keras.callbacks.Callback"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_error_names_the_component_and_what_is_expected(
    dataset: Dataset,
    architecture: Architecture,
    callbacks: Any,
    facts: list[str],
    tmp_path: Path,
) -> None:
    with pytest.raises(ZookitError) as raised:
        zookit.run(dataset, architecture, callbacks, epochs=1, runs_dir=tmp_path, quiet=True)
    message = str(raised.value)
    assert all(fact in message for fact in facts), message
    assert "\n" not in message
    assert not list(tmp_path.iterdir())
