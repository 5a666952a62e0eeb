"""Whether the weights of a trained model fit a new one, which then has them."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from small_runs import SMALL, copy_run, small_images, small_run

import zookit
from zookit.core import Architecture, BadExperiment
from zookit.modeling.model import build_model
from zookit.training.assign_weights import assign_weights, prepare_weights
from zookit.training.composition import Composition
from zookit.training.initial_weights import taken_weights
from zookit.training.resolve import compose

if TYPE_CHECKING:
    import keras

SAME = "dense:8,dropout=0.1"
"""The architecture of `small_run`."""


@dataclass(frozen=True)
class Net(Architecture):
    """Has weights of the same shapes in layers of other classes, and for images of any size."""

    depthwise: bool = False
    loaded: ClassVar[list[str]] = []
    """A name for each model that got pretrained weights."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        kind = layers.DepthwiseConv2D if self.depthwise else layers.Conv2D
        filters = () if self.depthwise else (1,)
        return layers.GlobalAveragePooling2D()(kind(*filters, kernel_size=3)(images))

    def pretrained(self, model: "keras.Model") -> None:
        self.loaded.append(model.name)


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> zookit.Run:
    """A run of `Net`, which no test changes."""
    runs_dir = tmp_path_factory.mktemp("pooled")
    return zookit.run(small_images(), Net(), runs_dir=runs_dir, epochs=1, **SMALL)


def started(
    source: Path, net: str | Architecture = SAME, images: str = ""
) -> tuple[Composition, "keras.Model"]:
    """Return a composition and its new model, which has the weights of a run."""
    composition = compose(images or small_images(), net, options={"init": source})
    assert composition.initial is not None
    structure = prepare_weights(composition)
    model = build_model(composition.dataset.info, composition.architecture, normalize=True)
    assign_weights(model, composition, composition.initial, structure)
    return composition, model


def has_weights_of(model: "keras.Model", run: Path) -> bool:
    then = zookit.open_run(run).model().get_weights()
    return all(map(np.array_equal, model.get_weights(), then))


def of_size(size: int) -> str:
    return small_images().replace("size=8", f"size={size}")


def test_the_same_model_gets_the_weights_without_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    composition, model = started(small_run())
    assert has_weights_of(model, small_run())
    taken = taken_weights(composition)
    assert taken is not None
    assert taken.differences == ()
    assert not caplog.records


def test_other_parameters_are_warned_of_if_the_layers_are_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    composition, model = started(small_run(), "dense:8,activation=tanh,dropout=0.1")
    assert has_weights_of(model, small_run())
    taken = taken_weights(composition)
    assert taken is not None
    (difference,) = taken.differences
    assert difference == "activation is tanh here, relu there"
    (warning,) = caplog.records
    assert difference in warning.getMessage()


@pytest.mark.parametrize(
    ("net", "images", "words"),
    [
        ("dense:16,dropout=0.1", None, ["(64, 8)", "(64, 16)", "units is 16 here, 8 there"]),
        ("dense:8+8,dropout=0.1", None, ["arrays", "units=8"]),
        (SAME, of_size, ["(64, 8)", "(81, 8)", "images are 9 x 9 x 1 here, 8 x 8 x 1 there"]),
    ],
)
def test_weights_of_other_shapes_are_refused_without_a_warning(
    net: str, images: Any, words: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BadExperiment) as raised:
        started(small_run(), net, images(9) if images else "")
    for word in (small_run().name, *words):
        assert word in str(raised.value)
    assert not caplog.records


def test_equal_shapes_in_other_layers_are_refused(pooled: zookit.Run) -> None:
    with pytest.raises(BadExperiment, match=r"layers differ.*depthwise is true here, false there"):
        started(pooled.folder, Net(depthwise=True))


def test_pretrained_weights_are_not_loaded_as_they_would_be_replaced(
    pooled: zookit.Run, tmp_path: Path
) -> None:
    before = list(Net.loaded)
    assert before
    zookit.run(small_images(), Net(), runs_dir=tmp_path, epochs=1, init=pooled, **SMALL)
    assert Net.loaded == before


def test_images_of_another_size_are_warned_of_if_the_weights_fit(
    pooled: zookit.Run, caplog: pytest.LogCaptureFixture
) -> None:
    composition, model = started(pooled.folder, Net(), of_size(9))
    taken = taken_weights(composition)
    assert taken is not None
    assert taken.differences == ("images are 9 x 9 x 1 here, 8 x 8 x 1 there",)
    assert "9 x 9" in caplog.text
    assert np.array_equal(model.get_weights()[0], pooled.model().get_weights()[0])


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("metrics.json", {"status": "interrupted"}, "which this training starts from"),
        ("environment.json", {"code": "0" * 64}, "has changed"),
    ],
)
def test_what_is_doubtful_about_the_weights_is_warned_of(
    tmp_path: Path, file: str, change: dict[str, str], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = copy_run(small_run(), tmp_path)
    values = json.loads((folder / file).read_text())
    (values if file == "metrics.json" else values["components"][1]).update(change)
    (folder / file).write_text(json.dumps(values))
    prepare_weights(compose(small_images(), SAME, options={"init": folder}))
    assert words in caplog.text


def test_another_version_of_the_architecture_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    composition = compose(small_images(), SAME, options={"init": small_run()})
    initial = composition.initial
    assert initial is not None
    assert initial.installed is not None
    older = replace(initial, installed=replace(initial.installed, owner="zookit==0.0.1"))
    prepare_weights(replace(composition, initial=older))
    assert "zookit==0.0.1" in caplog.text


def test_without_initial_weights_there_is_nothing_to_prepare_or_record() -> None:
    composition = compose(small_images(), SAME)
    assert prepare_weights(composition) is None
    assert taken_weights(composition) is None


def test_the_name_of_the_folder_is_recorded_and_no_path(tmp_path: Path) -> None:
    folder = shutil.copytree(small_run(), tmp_path / "base")
    experiment = compose(small_images(), SAME, options={"init": folder}).experiment
    assert experiment.initial_weights == "base"
    assert str(tmp_path) not in experiment.to_toml()
