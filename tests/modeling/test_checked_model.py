"""The model of a run refuses images that are not raw pixels, however it gets them."""

import copy
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_runs import small_images, small_run

import zookit
from zookit.core import BadParameter


@cache
def images() -> tuple[Any, Any]:
    test = zookit.load_data(small_images()).splits.test
    return np.array(test.images), np.array(test.labels)


@cache
def expected() -> Any:
    return zookit.open_run(small_run()).predict(images()[0])


@pytest.fixture(scope="module")
def model() -> Any:
    """A model whose weights no test changes."""
    return zookit.open_run(small_run()).model()


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of ten."""

    def __init__(self, x: Any, y: Any) -> None:
        super().__init__()
        self.x, self.y = x, y

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Any:
        part = slice(index * 10, index * 10 + 10)
        return self.x[part], self.y[part]


def generated(x: Any, y: Any) -> Iterator[Any]:
    for at in (0, 10):
        yield x[at : at + 10], y[at : at + 10]


def dataset(x: Any, y: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(10)


FORMS: dict[str, Callable[[Any, Any], tuple[Any, ...]]] = {
    "arrays": lambda x, y: (x, y),
    "tensors": lambda x, y: (tf.constant(x), tf.constant(y)),
    "a list of one input": lambda x, y: ([x], y),
    "the input by name": lambda x, y: ({"images": x}, y),
    "a dataset": lambda x, y: (dataset(x, y),),
    "a dataset that scales": lambda x, y: (
        dataset(x, y).map(lambda a, b: (tf.cast(a, "float32"), b)),
    ),
    "a generator": lambda x, y: (generated(x, y),),
    "a PyDataset": lambda x, y: (Batches(x, y),),
}


# Keras's own warning about every generator that ends.
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(each, marks=[] if each in ("arrays", "a dataset") else [pytest.mark.slow])
        for each in FORMS
    ],
)
def test_scaled_images_are_refused_and_floats_of_pixels_are_not(model: Any, form: str) -> None:
    (raw, labels), make = images(), FORMS[form]
    floats = raw.astype("float32")
    with pytest.raises(BadParameter, match=r"model\.predict\(x\)"):
        model.evaluate(*make(floats / 255, labels), verbose=0)
    whole = model.evaluate(*make(floats, labels), verbose=0)
    assert whole == pytest.approx(model.evaluate(*make(raw, labels), verbose=0), rel=1e-6)


def test_fit_checks_the_images_of_the_validation_too() -> None:
    model = zookit.open_run(small_run()).model()
    raw, labels = images()
    scaled = raw / 255
    before = [each.numpy() for each in model.weights]
    for arguments in (
        {"x": scaled, "y": labels},
        {"x": raw, "y": labels, "validation_data": (scaled, labels)},
        {"x": raw, "y": labels, "validation_data": dataset(scaled, labels)},
    ):
        with pytest.raises(BadParameter, match="float64 from 0"):
            model.fit(**arguments, epochs=1, verbose=0)
        if arguments["x"] is scaled:
            for then, now in zip(before, model.weights, strict=True):
                np.testing.assert_array_equal(then, now)
    model.fit(raw.astype(float), labels, validation_data=(raw, labels), verbose=0)


@pytest.mark.parametrize("method", ["__call__", "call", "predict_on_batch"])
def test_calls_check_their_values(model: Any, method: str) -> None:
    raw, _ = images()
    call = getattr(model, method)
    for scaled in (raw / 255, tf.constant(raw / 255), tf.Variable(raw / 255)):
        with pytest.raises(BadParameter):
            call(scaled)
    for same in (raw, tf.constant(raw), tf.cast(raw, "bfloat16"), raw.astype(int), raw[..., 0]):
        np.testing.assert_allclose(call(same), expected(), atol=1e-6)


def test_batches_with_labels_are_checked(model: Any) -> None:
    raw, labels = images()
    for method in (model.train_on_batch, model.test_on_batch):
        with pytest.raises(BadParameter):
            method(raw / 255, labels)


def test_one_bad_batch_among_good_ones_is_found(model: Any) -> None:
    raw, labels = images()
    mixed = np.concatenate([raw[:10] * 1.0, raw[10:] / 255])
    with pytest.raises(BadParameter, match="float64 from 0"):
        model.evaluate(dataset(mixed, labels), verbose=0)


# Keras's own warning about every generator that ends.
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_datasets_of_other_shapes_do_not_spoil_the_model_for_the_right_one() -> None:
    model = zookit.open_run(small_run()).model()
    x, _ = images()
    single = tf.data.Dataset.from_tensor_slices(x)
    with pytest.raises(BadParameter, match="batch"):
        model.predict(single, verbose=0)
    with pytest.raises(BadParameter, match="dict"):
        model.predict(single.map(lambda a: {"image": a, "label": 0}).batch(10), verbose=0)
    unknown = tf.data.Dataset.from_generator(lambda: iter([x]), output_types=tf.uint8)
    without_channel = single.map(lambda a: a[..., 0]).batch(10)
    for data in (unknown, without_channel, single.batch(10)):
        assert (model.predict(data, verbose=0) == expected()).all()


def test_values_that_are_not_known_yet_must_be_uint8(model: Any) -> None:
    raw, _ = images()
    # Autograph would put the error into one of its own.
    traced: Any = tf.function(model.__call__, autograph=False)
    builds: tuple[Callable[[], Any], ...] = (
        lambda: model(keras.Input((8, 8, 1))),
        lambda: keras.Sequential([model, keras.layers.Dense(2)]).predict(raw / 255, verbose=0),
        lambda: traced(tf.constant(raw / 255)),
    )
    for build in builds:
        with pytest.raises(BadParameter, match="uint8"):
            build()
    np.testing.assert_allclose(traced(tf.constant(raw)), expected(), atol=1e-6)
    inputs = keras.Input((8, 8, 1), dtype="uint8")
    larger = keras.Model(inputs, keras.layers.Dense(2)(model(inputs)))
    assert larger.predict(raw, verbose=0).shape == (24, 2)


def test_copies_check_too_and_slices_are_plain_models(model: Any) -> None:
    raw, _ = images()
    other = keras.models.clone_model(model)
    other.set_weights(model.get_weights())
    for each in (other, copy.deepcopy(model_with_optimizer())):
        np.testing.assert_allclose(each.predict(raw, verbose=0), expected(), atol=1e-6)
        with pytest.raises(BadParameter):
            each.predict(raw / 255, verbose=0)
    features = keras.Model(model.input, model.layers[-2].output)
    assert features.predict(raw, verbose=0).shape == (24, 8)
    assert isinstance(model, keras.Model)


def model_with_optimizer() -> Any:
    """Return a model whose optimizer has its variables; Keras warns about any other."""
    model = zookit.open_run(small_run()).model()
    model.optimizer.build(model.trainable_variables)
    return model


LOAD = """
import pickle, sys
import numpy as np
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "zookit":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked())
import keras, tensorflow as tf
folder, images = sys.argv[1], np.load(sys.argv[1] + "/images.npy")
models = [
    keras.saving.load_model(folder + "/saved.keras"),
    keras.saving.load_model(folder + "/function.keras"),
    keras.models.model_from_json(open(folder + "/model.json").read()),
    pickle.load(open(folder + "/model.pickle", "rb")),
    keras.saving.load_model(folder + "/larger.keras"),
]
models[2].load_weights(folder + "/model.weights.h5")
assert all(type(each) is type(models[0]) for each in [*models, models[-1].layers[1]])
outputs = [each.predict(images, verbose=0) for each in models]
exported = tf.saved_model.load(folder + "/exported")
outputs.append(exported.serve(images))
np.save(folder + "/outputs.npy", np.stack(outputs))
assert not any(name.partition(".")[0] == "zookit" for name in sys.modules)
"""


def test_a_saved_model_names_only_classes_of_keras(model: Any, tmp_path: Path) -> None:
    keras.saving.save_model(model, tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as saved:
        config = saved.read("config.json").decode()
    assert set(re.findall(r'"module": "(\w+)', config)) == {"keras"}
    assert "zookit" not in config
    assert "zookit" not in model.to_json()


@pytest.mark.slow
def test_what_it_writes_loads_without_zookit(tmp_path: Path) -> None:
    model, (raw, _) = model_with_optimizer(), images()
    np.save(tmp_path / "images.npy", raw)
    model.save(tmp_path / "saved.keras")
    keras.saving.save_model(model, tmp_path / "function.keras")
    (tmp_path / "model.json").write_text(model.to_json())
    model.save_weights(tmp_path / "model.weights.h5")
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(model))
    model.export(tmp_path / "exported", verbose=False)
    inputs = keras.Input((8, 8, 1), dtype="uint8")
    keras.Model(inputs, model(inputs)).save(tmp_path / "larger.keras")
    subprocess.run([sys.executable, "-c", LOAD, str(tmp_path)], check=True, cwd=tmp_path)
    for outputs in np.load(tmp_path / "outputs.npy"):
        np.testing.assert_allclose(outputs, expected(), atol=1e-6)


@pytest.mark.parametrize(
    "none",
    [
        lambda x, y: (x[:0],),
        lambda x, y: ([x[:0]],),
        lambda x, y: (tf.data.Dataset.from_tensor_slices((x[:0], y[:0])).batch(8),),
    ],
    ids=["array", "list", "dataset"],
)
@pytest.mark.parametrize("method", ["predict", "evaluate"])
def test_no_images_at_all_are_refused(
    model: Any, method: str, none: Callable[[Any, Any], Any]
) -> None:
    with pytest.raises(BadParameter, match="empty"):
        getattr(model, method)(*none(*images()))
