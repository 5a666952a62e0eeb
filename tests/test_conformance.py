"""What the contracts ask, of every component that is installed."""

from itertools import product

import keras
import numpy as np
import pytest

from zookit.core import Architecture, DatasetInfo, ImageShapeRefused, Settings
from zookit.core.data import check_splits, prepare
from zookit.model import build_model, compile_model
from zookit.optimizers import CLASSES
from zookit.registry import architectures, callbacks, datasets

# One that reads a person's folder is tested on its own.
BUNDLED = [name for name in datasets if datasets[name].load().sample is not None]
SHAPES = ((28, 28, 1), (64, 48, 3), (300, 300, 3))


@pytest.mark.parametrize("name", BUNDLED)
def test_data_set_is_what_its_info_says(name: str) -> None:
    dataset, _, owner = datasets.build(name)
    prepared = prepare(dataset, "sample", name, owner or "")
    check_splits(name, dataset.info, prepared.splits)
    for split in prepared.splits.by_name().values():
        assert set(split.labels) == set(range(len(dataset.info.class_names)))
    info = dataset.info
    assert info.license
    assert info.citation
    assert info.homepage.startswith("http")
    assert info.sizes["train"] > len(prepared.splits.train)


@pytest.mark.parametrize("name", BUNDLED)
def test_no_test_image_is_in_training(name: str) -> None:
    dataset, _, owner = datasets.build(name)
    splits = prepare(dataset, "sample", name, owner or "").splits
    train = {image.tobytes() for image in splits.train.images}
    assert not any(image.tobytes() in train for image in splits.test.images)


def body(architecture: Architecture, shape: tuple[int, int, int]) -> keras.Model:
    images = keras.Input(shape)
    return keras.Model(images, architecture.features(architecture.normalize(images)))


@pytest.mark.parametrize(("name", "shape"), list(product(architectures, SHAPES)))
def test_architecture_builds_and_every_weight_learns(
    name: str, shape: tuple[int, int, int]
) -> None:
    architecture, _, _ = architectures.build(name)
    try:
        architecture.check(shape)
    except ImageShapeRefused:
        pytest.skip("refuses this shape")
    one, two = body(architecture, shape), body(architecture, shape)
    assert len(one.output_shape) == 2
    assert [weight.shape for weight in one.weights] == [weight.shape for weight in two.weights]
    images = np.random.default_rng(0).integers(0, 256, (4, *shape)).astype(np.float32)
    before = [weight.numpy() for weight in one.trainable_weights]
    one.compile("sgd", "mse")
    # Far from what is given, so that whatever reaches the output gets a gradient.
    one.train_on_batch(images, np.full((4, one.output_shape[-1]), 100.0))
    for weight, was in zip(one.trainable_weights, before, strict=True):
        assert not np.array_equal(weight.numpy(), was), weight.path


@pytest.mark.parametrize("name", list(callbacks))
def test_callback_builds_a_fresh_keras_callback(name: str) -> None:
    callback, _, _ = callbacks.build(name)
    one, two = callback.build(), callback.build()
    assert isinstance(one, keras.callbacks.Callback)
    assert one is not two


def test_optimizers_are_keras_own() -> None:
    has = {
        name.lower(): name
        for name in dir(keras.optimizers)
        if isinstance(kind := getattr(keras.optimizers, name), type)
        and issubclass(kind, keras.optimizers.Optimizer)
    }
    assert CLASSES.items() <= has.items()


@pytest.mark.parametrize("classes", [2, 3])
def test_head_belongs_to_the_number_of_classes(classes: int) -> None:
    info = DatasetInfo((8, 8, 1), tuple("abc"[:classes]))
    architecture, _, _ = architectures.build("dense:4")
    model = build_model(info, architecture, Settings())
    compile_model(model, info, Settings())
    images = np.zeros((5, 8, 8, 1), np.uint8)
    predicted = model.predict(images, verbose=0)
    assert predicted.shape == (5, 1 if classes == 2 else 3)
    logs = model.evaluate(images, np.arange(5) % classes, verbose=0, return_dict=True)
    right = (predicted[:, 0] > 0.5) if classes == 2 else predicted.argmax(-1)
    assert logs["accuracy"] == pytest.approx((right == np.arange(5) % classes).mean())
