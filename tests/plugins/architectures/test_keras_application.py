"""The bodies of keras.applications: their sizes, their preprocessing, their published weights."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import pytest
from conftest import Command
from http_server import Server, serving
from made_data import put_pictures

import zookit
from zookit.core import BadParameter, DatasetInfo, ImageShapeRefused
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.optimizers import create_optimizer
from zookit.plugins.architectures.keras_application import KerasApplication, Model
from zookit.registry import architectures
from zookit.testing.trial_training import Shades

GREY, COLOUR = (28, 28, 1), (64, 48, 3)


def whole(architecture: KerasApplication, shape: tuple[int, int, int]) -> keras.Model:
    """The network from pixels to three classes, compiled."""
    info = DatasetInfo(shape, ("a", "b", "c"))
    model = build_model(info, architecture, normalize=True)
    compile_model(model, info, create_optimizer("sgd")[0])
    return model


def body_of(model: keras.Model) -> keras.Model:
    (body,) = (layer for layer in model.layers if isinstance(layer, keras.Model))
    return body


def pictures(shape: tuple[int, int, int], count: int = 6) -> Any:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)


def test_the_names_are_those_of_keras() -> None:
    own = {each for each in dir(keras.applications) if callable(getattr(keras.applications, each))}
    assert set(get_args(Model)) == own


PREPROCESSED: dict[str, Callable[[Any], Any]] = {
    "caffe": lambda x: x[..., ::-1] - np.array([103.939, 116.779, 123.68]),
    "tf": lambda x: x / 127.5 - 1,
    "torch": lambda x: (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
    "torch, divided by 255 within": lambda x: (
        255 * (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    ),
    "within": lambda x: x,
}
FAMILIES = {
    "ConvNeXt": "within",
    "DenseNet": "torch",
    "EfficientNetB": "torch, divided by 255 within",
    "EfficientNetV2": "within",
    "Inception": "tf",
    "MobileNetV3": "within",
    "MobileNet": "tf",
    "NASNet": "tf",
    "ResNet": "caffe",
    "VGG": "caffe",
    "Xception": "tf",
}


@pytest.mark.parametrize("name", get_args(Model))
def test_pixels_go_in_as_each_family_expects_them(name: str) -> None:
    kind = next(FAMILIES[each] for each in FAMILIES if name.startswith(each))
    if name.startswith("ResNet") and name.endswith("V2"):
        kind = "tf"
    architecture = architectures.build(f"keras_application:{name}").component
    for channels in (1, 3):
        images = keras.Input((4, 5, channels))
        # What is in the graph, not what Keras does with arrays.
        function = keras.Function(images, architecture.normalize(images))
        pixels = pictures((4, 5, channels)).astype(np.float32)
        expected = PREPROCESSED[kind](np.broadcast_to(pixels, (6, 4, 5, 3)))
        np.testing.assert_allclose(function(pixels), expected, atol=2e-4)


@pytest.mark.parametrize(
    ("words", "shape", "scaled"),
    [
        ("MobileNet", GREY, (32, 32)),
        ("MobileNet", COLOUR, (64, 48)),
        ("MobileNet,size=40", GREY, (40, 40)),
        ("MobileNet,size=36", COLOUR, (48, 36)),
        ("MobileNet", (3, 300, 1), (32, 3200)),
        ("Xception", COLOUR, (95, 71)),
        ("InceptionV3", GREY, (75, 75)),
    ],
)
def test_images_too_small_for_the_body_are_scaled_up(
    words: str, shape: tuple[int, int, int], scaled: tuple[int, int]
) -> None:
    architecture = architectures.build(f"keras_application:{words}").component
    architecture.check(shape)
    images = keras.Input(shape)
    model = keras.Model(images, architecture.features(images))
    assert body_of(model).input_shape == (None, *scaled, 3)
    assert len(model.output_shape) == 2


def test_what_cannot_be_is_refused_before_keras(zookit: Command) -> None:
    with pytest.raises(ImageShapeRefused, match="2 channels"):
        KerasApplication().check((32, 32, 2))
    with pytest.raises(BadParameter, match="Xception takes images of 71 pixels or more, not 70"):
        architectures.build("keras_application:Xception,size=70")
    with pytest.raises(BadParameter, match=r"frozen.*weights=imagenet"):
        architectures.build("keras_application:frozen=true")
    with pytest.raises(BadParameter, match="not one of"):
        architectures.build("keras_application:ResNet18")
    outcome = zookit("run", "mnist", "keras_application", "--no-normalize")
    assert "Leave --no-normalize out" in outcome.message()


# The default, MobileNet, is asked the same by tests/plugins/test_contract.py.
@pytest.mark.parametrize(("name", "shape"), [("MobileNetV3Small", COLOUR), ("VGG16", GREY)])
def test_every_weight_learns_and_a_saved_model_predicts_the_same(
    tmp_path: Path, name: str, shape: tuple[int, int, int]
) -> None:
    model = whole(KerasApplication(name), shape)  # type: ignore[arg-type]
    before = [weight.numpy() for weight in model.trainable_weights]
    model.train_on_batch(pictures(shape), np.arange(6) % 3)
    moved = [
        not np.array_equal(weight.numpy(), was)
        for weight, was in zip(model.trainable_weights, before, strict=True)
    ]
    assert all(moved)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    images = pictures(shape)
    np.testing.assert_allclose(
        loaded.predict(images, verbose=0), model.predict(images, verbose=0), atol=1e-6
    )


# --- published weights, from a server of our own


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Where Keras looks for weights, which it keeps in a folder of the test's."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    with serving() as running:
        base = f"{running.url}/"
        monkeypatch.setattr("keras.src.applications.mobilenet.BASE_WEIGHT_PATH", base)
        monkeypatch.setattr("keras.src.applications.efficientnet.BASE_WEIGHTS_PATH", base)
        monkeypatch.setitem(keras.src.applications.efficientnet.WEIGHTS_HASHES, "b0", (None, None))
        yield running


def publish(server: Server, body: keras.Model, file: str, folder: Path) -> list[Any]:
    """Serve the body's weights, made unlike any initial ones, as a file of Keras's old format."""
    drawn = np.random.default_rng(3)
    for layer in body.layers:
        if isinstance(layer, keras.layers.Normalization):
            # As in what Keras publishes, where the variance is a standard deviation.
            values = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], 0
            layer.set_weights([np.asarray(each, np.float32) for each in values])
        else:
            layer.set_weights(
                [each + 0.1 * drawn.random(each.shape) for each in layer.get_weights()]
            )
    body.save(folder / file)
    server.serve(f"/{file}", (folder / file).read_bytes())
    return list(body.get_weights())


@pytest.fixture
def mobilenet(server: Server, tmp_path: Path) -> list[Any]:
    body = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )
    return publish(server, body, "mobilenet_1_0_128_tf_no_top.h5", tmp_path)


@pytest.mark.parametrize("frozen", [True, False])
def test_training_begins_with_the_published_weights(
    tmp_path: Path, server: Server, mobilenet: list[Any], frozen: bool
) -> None:
    architecture = KerasApplication("MobileNet", weights="imagenet", frozen=frozen)
    results = [
        zookit.run(
            *(Shades(*GREY), architecture),
            runs_dir=tmp_path,
            epochs=2,
            batch_size=8,
            optimizer="adam:learning_rate=1e-12",
            quiet=True,
        )
        # Again where that is quick: what is compiled for a frozen body goes one way only.
        for _ in range(2 if frozen else 1)
    ]
    # Nearest in size of those that there are, and once only.
    assert [path for path, _ in server.requests] == ["/mobilenet_1_0_128_tf_no_top.h5"]
    model = results[0].model
    body = body_of(model)
    if frozen:
        for found, published in zip(body.get_weights(), mobilenet, strict=True):
            np.testing.assert_array_equal(found, published)
        assert len(model.trainable_weights) == 2
        # Two moments of each, the count of steps and the learning rate.
        assert len(model.optimizer.variables) == 2 * 2 + 2
    else:
        trainable = {id(each) for each in body.trainable_weights}
        pairs = zip(body.weights, mobilenet, strict=True)
        for weight, published in pairs:
            if id(weight) in trainable:
                np.testing.assert_allclose(weight.numpy(), published, atol=1e-7)
        assert len(trainable) > 50
    for other in results[1:]:
        for found, again in zip(model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_array_equal(found, again)


def test_a_frozen_body_stays_while_the_head_learns() -> None:
    model = whole(KerasApplication("MobileNet", weights="imagenet", frozen=True), GREY)
    body, head = body_of(model), model.get_layer("head")
    before, was = body.get_weights(), head.get_weights()
    model.fit(pictures(GREY), np.arange(6) % 3, epochs=2, verbose=0)
    assert all(np.array_equal(*pair) for pair in zip(before, body.get_weights(), strict=True))
    # From random weights come features near zero, which leave the kernel be.
    assert not np.array_equal(was[1], head.get_weights()[1])


def test_efficientnet_with_published_weights_is_kerass_own(server: Server, tmp_path: Path) -> None:
    made = {"include_top": False, "input_shape": (32, 32, 3), "pooling": "avg"}
    body = keras.applications.EfficientNetB0(weights=None, **made)
    publish(server, body, "efficientnetb0_notop.h5", tmp_path)
    own = keras.applications.EfficientNetB0(weights="imagenet", **made)
    architecture = KerasApplication("EfficientNetB0", weights="imagenet", frozen=True)
    images = keras.Input((32, 32, 3))
    model = keras.Model(images, architecture.features(architecture.normalize(images)))
    architecture.pretrained(model)
    pixels = pictures((32, 32, 3)).astype(np.float32)
    expected = np.asarray(own(pixels, training=False))
    np.testing.assert_allclose(model(pixels, training=False), expected, rtol=1e-3, atol=1e-5)
    # Frozen means that nothing is dropped either.
    np.testing.assert_allclose(model(pixels, training=True), expected, rtol=1e-3, atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(pixels), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.usefixtures("mobilenet")
def test_stdout_is_the_runs_own(zookit: Command, tmp_path: Path) -> None:
    put_pictures(tmp_path / "photos", cats=8, dogs=8)
    words = "keras_application:weights=imagenet,frozen=true,model=MobileNet"
    outcome = zookit("run", "image_folder:photos,size=32", words, "--epochs", "1", "--json")
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["status"] == "finished"
    assert "weights that Keras publishes for MobileNet" in outcome.err


@pytest.mark.parametrize("content", [None, b"<html>Log in first</html>"])
def test_weights_that_cannot_be_had_are_told_in_one_line(
    zookit: Command, server: Server, content: bytes | None
) -> None:
    if content is not None:
        server.serve("/mobilenet_1_0_128_tf_no_top.h5", content)
    words = "keras_application:MobileNet,weights=imagenet"
    outcome = zookit("run", "mnist", words, "--data", "sample", "--quiet")
    assert "weights=none" in outcome.message()
    assert "~/.keras/models" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not Path("runs").exists()


def test_without_a_network_the_address_is_named(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    # It remembers the proxies that there were when this process first opened an address.
    monkeypatch.setattr("urllib.request._opener", None)
    words = "keras_application:MobileNetV2,weights=imagenet"
    message = zookit("run", "mnist", words, "--data", "sample").message()
    assert "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5" in message
    assert "refused" in message
