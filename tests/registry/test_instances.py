"""A Python object that is no component gets the line that says what to write instead."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zookit.core import BadParameter, BadWords
from zookit.plugins import Dense
from zookit.registry import architectures, callbacks, datasets
from zookit.registry.instances import instead_of


@pytest.mark.parametrize(
    ("group", "given", "words"),
    [
        (architectures, Dense, "Dense()"),
        (datasets, Path("photos"), "image_folder:path=photos"),
        (datasets, (np.zeros((2, 8, 8), np.uint8), np.zeros(2)), "docs/plugins-data.md"),
        (datasets, np.zeros((2, 8, 8), np.uint8), "docs/plugins-data.md"),
    ],
    ids=["class", "path", "tuple", "array"],
)
def test_what_to_write_is_said(group: Any, given: object, words: str) -> None:
    with pytest.raises(BadWords) as raised:
        group.build(given)
    assert words in str(raised.value)


def test_what_is_written_instead_of_a_path_works() -> None:
    datasets.build(instead_of(Path("photos")).split("'")[1])


def test_objects_of_keras_are_known() -> None:
    import keras

    assert "early_stopping:3" in instead_of([keras.callbacks.EarlyStopping()])
    callbacks.build("early_stopping:3")
    assert "keras_application:MobileNet" in instead_of(keras.Sequential())


@pytest.mark.parametrize("given", [3, None, {}, [], object()])
def test_of_others_nothing_is_said(given: object) -> None:
    assert instead_of(given) == ""
    with pytest.raises((BadWords, BadParameter)):
        architectures.build(given)
