"""`check` tries each export: what a format lacks is reported, a wrong one is an error."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_plugins import plugins_here

from zookit.testing import ContractBroken, NotApplicable, checks_for, targets

NETS = """
from dataclasses import dataclass

import keras
import tensorflow as tf
from zookit.core import Architecture


@keras.saving.register_keras_serializable("zookit_odd")
class Sine(keras.layers.Layer):
    def call(self, inputs):
        return tf.math.bessel_i0(inputs)  # neither ONNX nor LiteRT has it


@keras.saving.register_keras_serializable("zookit_odd")
class Forgets(keras.layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {"name": self.name}  # without the factor


@dataclass(frozen=True)
class Lacking(Architecture):
    "Needs an operation that few formats have."

    def features(self, images):
        return Sine()(keras.layers.Flatten()(images))


@dataclass(frozen=True)
class Forgetting(Architecture):
    "Is another model when it is loaded."

    def features(self, images):
        return Forgets(3.0)(keras.layers.Flatten()(images))
"""
POINTS = "lacking = zookit_odd:Lacking\nforgetting = zookit_odd:Forgetting"


@pytest.fixture(scope="module", autouse=True)
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("site")
    points = {"zookit.architectures": POINTS}
    with plugins_here(folder, "zookit-odd", points, {"zookit_odd.py": NETS}):
        yield folder


def try_exports(name: str) -> None:
    (target,) = targets(name)
    (check,) = (each for each in checks_for(target) if each.name == "exports to every format")
    check.run(target)


def test_what_a_format_lacks_is_no_error() -> None:
    with pytest.raises(NotApplicable) as raised:
        try_exports("lacking")
    message = str(raised.value)
    for each in ("onnx", "litert"):
        assert f"cannot be exported to {each}" in message
    for each in ("keras", "saved_model"):
        assert f"cannot be exported to {each}" not in message


def test_an_export_that_predicts_otherwise_is_an_error() -> None:
    with pytest.raises(ContractBroken, match=r"cannot be exported to keras: .*differ by"):
        try_exports("forgetting")
