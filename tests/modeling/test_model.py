"""The model around an architecture: input, normalization, head, loss, metric."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from made_by_hand import Mean

from zookit.core import Architecture, BrokenPlugin, DatasetInfo, Metric
from zookit.modeling.model import Head, build_model, compile_model
from zookit.modeling.optimizers import build_optimizer
from zookit.modeling.runtime import keras_configured
from zookit.plugins import SGD, TopK

WHITE = np.full((1, 8, 8, 1), 255, np.uint8)


def info(classes: int) -> DatasetInfo:
    return DatasetInfo((8, 8, 1), tuple("abc"[:classes]))


@pytest.mark.parametrize(
    ("classes", "head", "loss"),
    [
        (2, "Dense(1, sigmoid)", "binary_crossentropy"),
        (3, "Dense(3, softmax)", "sparse_categorical_crossentropy"),
    ],
)
def test_the_number_of_classes_decides_head_loss_and_metric(
    classes: int, head: str, loss: str
) -> None:
    assert str(Head(classes)) == head
    model = build_model(info(classes), Mean(), normalize=True)
    compile_model(model, info(classes), build_optimizer(SGD(0.5)))
    assert model.loss == loss
    assert float(model.optimizer.learning_rate) == 0.5
    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), np.uint8)
    labels = np.arange(20) % classes
    outputs = model.predict(images, verbose=0)
    assert outputs.shape == (20, 1 if classes == 2 else 3)
    logs = model.evaluate(images, labels, verbose=0, return_dict=True)
    predicted = (outputs[:, 0] > 0.5) if classes == 2 else outputs.argmax(-1)
    assert logs["accuracy"] == pytest.approx((predicted == labels).mean())


@pytest.mark.parametrize("metrics", [{}, {"top_k_1": TopK(1)}])
def test_xla_is_kept_out_of_what_cannot_use_it(
    monkeypatch: pytest.MonkeyPatch, metrics: dict[str, Metric]
) -> None:
    monkeypatch.setattr(keras.Model, "_resolve_auto_jit_compile", lambda _: True)  # as on a GPU
    for can_use_xla in (True, False):
        model = build_model(info(3), Mean(), normalize=True)
        compile_model(
            model, info(3), keras.optimizers.SGD(), metrics=metrics, can_use_xla=can_use_xla
        )
        assert model.jit_compile is can_use_xla


@pytest.mark.parametrize("normalize", [True, False])
def test_normalization_is_a_part_of_the_model(*, normalize: bool) -> None:
    model = build_model(info(3), Mean(), normalize)
    body = keras.Model(model.inputs, model.get_layer("head").input)
    assert body.predict(WHITE, verbose=0)[0, 0] == pytest.approx(1 if normalize else 255)


def test_the_head_is_float32_at_every_precision() -> None:
    with keras_configured("mixed_bfloat16"):
        model = build_model(info(3), Mean(), normalize=True)
    assert model.get_layer("normalize").compute_dtype == "bfloat16"
    assert model.get_layer("head").compute_dtype == "float32"
    assert model(WHITE).dtype == "float32"


@dataclass(frozen=True)
class Wrong(Architecture):
    """Returns something other than features (N, F)."""

    how: str = ""

    def features(self, images: "keras.KerasTensor") -> Any:
        if self.how == "ends":
            raise SystemExit(3)
        return keras.layers.Flatten() if self.how == "layer" else images


@pytest.mark.parametrize(
    ("how", "expected"),
    [("ends", "ended the program"), ("layer", "Flatten"), ("shape", r"\(None, 8, 8, 1\)")],
)
def test_an_architecture_without_features_is_named(how: str, expected: str) -> None:
    with pytest.raises(BrokenPlugin, match=f"Wrong.features .*{expected}"):
        build_model(info(3), Wrong(how), normalize=True)
