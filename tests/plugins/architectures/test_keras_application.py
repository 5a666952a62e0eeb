"""The models of keras.applications: sizes, preprocessing, published weights."""

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

from zookit.api import open_run
from zookit.core import BadParameter, DatasetInfo, DataUnavailable, ImageShapeRefused
from zookit.modeling.model import build_model
from zookit.plugins import KerasApplication
from zookit.plugins.architectures.keras_application import Model
from zookit.registry import architectures
from zookit.testing import checks_for, targets

GREY, COLOUR = (28, 28, 1), (64, 48, 3)
NAMES: tuple[str, ...] = get_args(Model)
WEIGHTS_FILE = "mobilenet_1_0_128_tf_no_top.h5"


def whole(architecture: KerasApplication, shape: tuple[int, int, int]) -> keras.Model:
    """The network from pixels to three classes."""
    return build_model(DatasetInfo(shape, ("a", "b", "c")), architecture, normalize=True)


def body_of(model: keras.Model) -> keras.Model:
    (body,) = (layer for layer in model.layers if isinstance(layer, keras.Model))
    return body


def images(shape: tuple[int, int, int], count: int = 6) -> Any:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)


def family(name: str) -> str:
    """The module of a model, by which Keras chooses its preprocessing."""
    module: str = getattr(keras.applications, name).__module__
    return module.rpartition(".")[2]


def test_the_names_are_those_of_keras() -> None:
    own = {each for each in dir(keras.applications) if callable(getattr(keras.applications, each))}
    assert set(NAMES) == own


def torch(pixels: Any) -> Any:
    return (pixels / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]


def caffe(pixels: Any) -> Any:
    return pixels[..., ::-1] - np.array([103.939, 116.779, 123.68])


def tensorflow(pixels: Any) -> Any:
    return pixels / 127.5 - 1


def unchanged(pixels: Any) -> Any:
    return pixels


PREPROCESSING: dict[str, Callable[[Any], Any]] = {
    "convnext": unchanged,
    "densenet": torch,
    "efficientnet": lambda x: 255 * torch(x),  # the model divides by 255
    "efficientnet_v2": unchanged,
    "inception_resnet_v2": tensorflow,
    "inception_v3": tensorflow,
    "mobilenet": tensorflow,
    "mobilenet_v2": tensorflow,
    "mobilenet_v3": unchanged,
    "nasnet": tensorflow,
    "resnet": caffe,
    "resnet_v2": tensorflow,
    "vgg16": caffe,
    "vgg19": caffe,
    "xception": tensorflow,
}


@pytest.mark.parametrize("name", [next(n for n in NAMES if family(n) == f) for f in PREPROCESSING])
def test_preprocessing_of_each_family(name: str) -> None:
    architecture = architectures.build(f"keras_application:{name}").component
    grey, colour = keras.Input((4, 5, 1)), keras.Input((4, 5, 3))
    # The graph decides, which may differ from what Keras does with arrays.
    function = keras.Function([grey, colour], [*map(architecture.normalize, (grey, colour))])
    pixels = [images((4, 5, channels)).astype(np.float32) for channels in (1, 3)]
    for found, given in zip(function(pixels), pixels, strict=True):
        expected = PREPROCESSING[family(name)](np.broadcast_to(given, (6, 4, 5, 3)))
        np.testing.assert_allclose(found, expected, atol=2e-4)


def test_every_model_belongs_to_a_tested_family() -> None:
    assert {family(name) for name in NAMES} == set(PREPROCESSING)
    # By this prefix the architecture tells this family from the others.
    for name in NAMES:
        assert name.startswith("EfficientNetB") == (family(name) == "efficientnet")


@pytest.mark.parametrize(
    ("words", "shape", "scaled"),
    [
        ("MobileNet", GREY, (32, 32)),
        ("MobileNet", COLOUR, (64, 48)),
        ("MobileNet,size=36", COLOUR, (48, 36)),
        ("MobileNet", (3, 300, 1), (32, 3200)),
        ("Xception", COLOUR, (95, 71)),
    ],
)
def test_images_are_scaled_to_what_the_model_needs(
    words: str, shape: tuple[int, int, int], scaled: tuple[int, int]
) -> None:
    architecture = architectures.build(f"keras_application:{words}").component
    architecture.check(shape)
    inputs = keras.Input(shape)
    model = keras.Model(inputs, architecture.features(inputs))
    assert body_of(model).input_shape == (None, *scaled, 3)
    assert len(model.output_shape) == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_size_is_that_of_keras(name: str) -> None:
    smallest = KerasApplication(name, size=1000)._minimum  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"at least {smallest}x{smallest}"):
        getattr(keras.applications, name)(
            include_top=False, weights=None, input_shape=(smallest - 1, 200, 3)
        )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Xception,size=70", "size must be at least 71 for Xception, got 70"),
        ("frozen=true", "frozen.*weights=imagenet"),
        ("ResNet18", "ResNet18"),
    ],
)
def test_wrong_parameters_are_refused(words: str, expected: str) -> None:
    with pytest.raises(BadParameter, match=expected):
        architectures.build(f"keras_application:{words}")


def test_two_channels_are_refused() -> None:
    with pytest.raises(ImageShapeRefused, match="1 or 3 channels, got 2"):
        KerasApplication().check((32, 32, 2))


def test_the_preprocessing_cannot_be_switched_off(zookit: Command) -> None:
    outcome = zookit("run", "mnist", "keras_application", "--no-normalize")
    assert "--no-normalize" in outcome.message()


# The default, MobileNet, is checked by tests/plugins/test_contract.py.
@pytest.mark.slow
@pytest.mark.parametrize("name", ["MobileNetV3Small", "VGG16"])
def test_other_models_keep_the_contract(name: str) -> None:
    (target,) = targets(f"keras_application:{name}")
    checks = {check.function.__name__: check for check in checks_for(target)}
    for function in ("every_trainable_weight_learns", "survives_saving_and_loading"):
        checks[function].run(target)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server in place of the one from which Keras downloads weights."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    with serving() as running:
        base = f"{running.url}/"
        monkeypatch.setattr("keras.src.applications.mobilenet.BASE_WEIGHT_PATH", base)
        monkeypatch.setattr("keras.src.applications.efficientnet.BASE_WEIGHTS_PATH", base)
        monkeypatch.setitem(keras.src.applications.efficientnet.WEIGHTS_HASHES, "b0", (None, None))
        yield running


def published(body: keras.Model, file: Path) -> tuple[bytes, list[Any]]:
    """A file of weights unlike any initial ones, in Keras's old format, and the weights."""
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
    body.save(file)
    return file.read_bytes(), list(body.get_weights())


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Any]]:
    body = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )
    return published(body, tmp_path_factory.mktemp("published") / WEIGHTS_FILE)


def test_a_fresh_model_gets_the_published_weights(
    server: Server, mobilenet: tuple[bytes, list[Any]]
) -> None:
    server.serve(f"/{WEIGHTS_FILE}", mobilenet[0])
    architecture = KerasApplication("MobileNet", weights="imagenet")
    model = whole(architecture, GREY)
    architecture.pretrained(model)
    assert len(model.trainable_weights) > 50
    for found, expected in zip(body_of(model).get_weights(), mobilenet[1], strict=True):
        np.testing.assert_array_equal(found, expected)
    # The weights for the nearest size, and one download.
    assert [path for path, _ in server.requests] == [f"/{WEIGHTS_FILE}"]


@pytest.mark.slow
def test_a_run_with_a_frozen_model_trains_the_head_only(
    zookit: Command, tmp_path: Path, server: Server, mobilenet: tuple[bytes, list[Any]]
) -> None:
    server.serve(f"/{WEIGHTS_FILE}", mobilenet[0])
    put_pictures(tmp_path / "photos", cats=8, dogs=8)
    words = "keras_application:weights=imagenet,frozen=true"
    outcome = zookit("run", "image_folder:photos,size=32", words, "--epochs", "2", "--json")
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["status"] == "finished"  # stdout has nothing else
    assert "ImageNet weights of MobileNet" in outcome.err
    assert len(server.requests) == 1
    (folder,) = (tmp_path / "runs").iterdir()
    model = open_run(folder).model()
    for found, expected in zip(body_of(model).get_weights(), mobilenet[1], strict=True):
        np.testing.assert_array_equal(found, expected)
    assert len(model.trainable_weights) == 2
    assert model.get_layer("head").bias.numpy().any()  # initially zero


@pytest.mark.slow
def test_efficientnet_with_published_weights_predicts_as_that_of_keras(
    server: Server, tmp_path: Path
) -> None:
    options = {"include_top": False, "input_shape": (32, 32, 3), "pooling": "avg"}
    body = keras.applications.EfficientNetB0(weights=None, **options)
    content, _ = published(body, tmp_path / "efficientnetb0_notop.h5")
    server.serve("/efficientnetb0_notop.h5", content)
    own = keras.applications.EfficientNetB0(weights="imagenet", **options)
    architecture = KerasApplication("EfficientNetB0", weights="imagenet", frozen=True)
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, architecture.features(architecture.normalize(inputs)))
    architecture.pretrained(model)
    pixels = images((32, 32, 3)).astype(np.float32)
    expected = np.asarray(own(pixels, training=False))
    np.testing.assert_allclose(model(pixels, training=False), expected, rtol=1e-3, atol=1e-5)
    # A frozen model drops nothing either.
    np.testing.assert_allclose(model(pixels, training=True), expected, rtol=1e-3, atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(pixels), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("content", [None, b"<html>Log in first</html>"])
def test_a_failed_download_is_an_error(server: Server, content: bytes | None) -> None:
    if content is not None:
        server.serve(f"/{WEIGHTS_FILE}", content)
    architecture = KerasApplication("MobileNet", weights="imagenet")
    with pytest.raises(DataUnavailable, match=r"MobileNet.*~/\.keras/models.*weights=none"):
        architecture.pretrained(whole(architecture, GREY))


def test_without_a_network_no_run_starts(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    # urllib remembers the proxies of the first address that this process opened.
    monkeypatch.setattr("urllib.request._opener", None)
    put_pictures(tmp_path / "photos", cats=8, dogs=8)
    words = "keras_application:MobileNetV2,weights=imagenet"
    message = zookit("run", "image_folder:photos,size=32", words).message()
    assert "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5" in message
    assert "refused" in message
    assert not (tmp_path / "runs").exists()
