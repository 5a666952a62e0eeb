"""`zookit.Run`: what can be done with a run."""

import shutil
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from conftest import Command
from made_by_hand import Lopsided, Mean
from PIL import Image
from small_runs import SMALL, copy_run, small_images, small_run

import zookit
from zookit.core import (
    Architecture,
    BadExperiment,
    BadParameter,
    BadRun,
    DataError,
    FolderError,
    UnknownName,
)


@pytest.fixture(scope="module")
def run() -> zookit.Run:
    """A finished run of two epochs, which no test changes."""
    return zookit.open_run(small_run())


@pytest.fixture
def changeable(tmp_path: Path) -> zookit.Run:
    """A copy of it."""
    return zookit.open_run(copy_run(small_run(), tmp_path))


@dataclass(frozen=True)
class Sized(Architecture):
    """A dense layer with a given number of outputs."""

    units: int = 2

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Dense(self.units)(keras.layers.Flatten()(images))


@pytest.fixture(scope="module")
def handmade(tmp_path_factory: pytest.TempPathFactory) -> zookit.Run:
    """A run of unregistered instances, which no test changes."""
    runs_dir = tmp_path_factory.mktemp("runs")
    return zookit.run(Lopsided(), Sized(3), runs_dir=runs_dir, epochs=1, **SMALL)


def test_where_the_model_looks(run: zookit.Run, handmade: zookit.Run) -> None:
    images = zookit.load_data(small_images()).splits.test.images[:5]
    found = run.explain(images)
    assert found.method == "occlusion"
    assert found.labels.tolist() == run.predict(images).argmax(1).tolist()
    assert (found.maps.shape, found.maps.dtype) == ((5, 8, 8), np.dtype(np.float32))
    same = run.explain(255 - images, [int(each) for each in found.labels], invert=True)
    np.testing.assert_array_equal(same.maps, found.maps)
    assert repr(found) == "<Explanation: occlusion of 5 images>"
    with pytest.raises(BadParameter, match="label 3 "):
        run.explain(images[:1], [3])
    assert handmade.explain(images[:1]).maps.shape == (1, 8, 8)


def test_a_run_has_its_experiment_results_and_environment(run: zookit.Run) -> None:
    assert run.status == "finished"
    assert run.epochs == len(run.seconds) == 2
    assert {name: len(values) for name, values in run.history.items()} == {
        "loss": 2,
        "accuracy": 2,
    }
    assert 0 <= run.metrics["accuracy"] <= 1
    assert run.experiment.dataset.short_name == "image_folder"
    assert run.environment.data.class_names == ("bright", "dark", "grey")
    evaluation = run.evaluation
    assert evaluation is not None
    accuracy = np.mean(evaluation.predicted == evaluation.labels)
    assert run.metrics["accuracy"] == pytest.approx(accuracy)


def test_training_returns_the_run_of_its_folder(handmade: zookit.Run) -> None:
    opened = zookit.open_run(handmade.folder)
    assert type(opened) is type(handmade) is zookit.Run
    assert opened.experiment == handmade.experiment
    assert opened.metrics == handmade.metrics


def test_a_run_is_immutable_and_holds_no_weights(run: zookit.Run) -> None:
    with pytest.raises(FrozenInstanceError):
        run.folder = Path()  # type: ignore[misc]
    with pytest.raises(TypeError):
        run.history["loss"] = ()  # type: ignore[index]
    with pytest.raises(TypeError):
        run.metrics["loss"] = 0.0  # type: ignore[index]
    assert run.model() is not run.model()
    assert not any(isinstance(each, np.ndarray | keras.Model) for each in vars(run).values())


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("accuracy", "metrics"),
        ("save", "export"),
        ("fit", "resume"),
        ("summary", "model"),
        ("path", "folder"),
    ],
)
def test_what_other_tools_call_otherwise_is_said(run: zookit.Run, name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=rf"Write run\.{instead}"):
        getattr(run, name)
    assert hasattr(run, instead)
    assert not hasattr(run, "nothing")


def test_a_value_that_was_not_logged_is_said_with_those_that_were(run: zookit.Run) -> None:
    with pytest.raises(KeyError, match=r"'acc'.*loss, accuracy"):
        run.history["acc"]
    with pytest.raises(KeyError, match=r"'val_loss'.*validation=0.1"):
        run.history["val_loss"]
    with pytest.raises(KeyError, match=r"loss, accuracy"):
        run.metrics["test_accuracy"]
    assert run.history.get("acc") is None


def test_the_model_is_compiled_and_gives_the_metrics_of_the_run(run: zookit.Run) -> None:
    test = zookit.load_data(small_images()).splits.test
    logs = run.model().evaluate(test.images, test.labels, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(run.metrics["loss"], rel=1e-5)
    assert logs["accuracy"] == pytest.approx(run.metrics["accuracy"], rel=1e-5)
    # The optimizer is the run's own.
    assert float(run.model().optimizer.learning_rate) == pytest.approx(0.01)


def test_arrays_are_predicted(run: zookit.Run) -> None:
    test = zookit.load_data(small_images()).splits.test
    probabilities = run.predict(test.images)
    assert probabilities.shape == (24, 3)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    evaluation = run.evaluation
    assert evaluation is not None
    np.testing.assert_array_equal(probabilities.argmax(1), evaluation.predicted)
    with pytest.raises(BadParameter, match="float64"):
        run.predict(test.images / 255)
    for same in (test.images.astype(float), test.images.astype(int), test.images[..., 0]):
        np.testing.assert_array_equal(run.predict(same), probabilities)


def test_many_models_in_a_process_give_no_warning(
    run: zookit.Run, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(6):
        run.predict(np.zeros((1, 8, 8, 1), np.uint8))
    assert "retracing" not in capfd.readouterr().err


def test_image_files_are_predicted(run: zookit.Run, tmp_path: Path) -> None:
    images = zookit.load_data(small_images()).splits.test.images[:3]
    for at, image in enumerate(images):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{at}.png")
    expected = run.predict(images)
    for given in (
        tmp_path,
        str(tmp_path),
        [tmp_path / f"{at}.png" for at in range(3)],
        (str(tmp_path / f"{at}.png") for at in range(3)),
    ):
        np.testing.assert_array_equal(run.predict(given), expected)
    with pytest.raises(DataError, match="missing"):
        run.predict(tmp_path / "missing.png")


def test_a_list_of_arrays_is_refused(run: zookit.Run) -> None:
    with pytest.raises(BadParameter, match=r"ndarray.*numpy\.stack"):
        run.predict([np.zeros((8, 8, 1), np.uint8)])  # type: ignore[list-item]


def test_images_that_no_file_has(run: zookit.Run, tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    data = replace(run.environment.data, image_shape=(8, 8, 2))
    odd = replace(run, environment=replace(run.environment, data=data))
    with pytest.raises(BadExperiment, match="8 x 8 x 2"):
        odd.predict(tmp_path / "a.png")


def test_the_test_split_is_evaluated(run: zookit.Run) -> None:
    scores = run.evaluate()
    assert scores.accuracy == pytest.approx(run.metrics["accuracy"])
    assert scores.support.tolist() == [8, 8, 8]


def test_another_data_set_is_evaluated(run: zookit.Run) -> None:
    words = small_images().replace("size=8", "size=8,split=0.5,seed=3")
    assert run.evaluate(on=words).support.tolist() == [20, 20, 20]
    with pytest.raises(zookit.ZookitError, match="28 x 28"):
        run.evaluate(on="mnist", data="sample")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("test",), r"split.*run\.evaluate\(\)"),
        (("validation",), r"split.*run\.evaluate\(\)"),
        ((np.zeros((2, 8, 8, 1)), np.zeros(2)), r"run\.model\(\)\.evaluate\(images, labels\)"),
    ],
)
def test_what_is_evaluated_on_is_a_data_set(
    run: zookit.Run, arguments: tuple[Any, ...], expected: str
) -> None:
    with pytest.raises(BadParameter, match=expected):
        run.evaluate(*arguments)


def test_data_that_is_neither_full_nor_sample_nor_auto_is_refused(run: zookit.Run) -> None:
    with pytest.raises(BadParameter, match=r"data must be .*got 'smaple'"):
        run.evaluate(data="smaple")  # type: ignore[arg-type]


def test_the_model_is_exported(run: zookit.Run, tmp_path: Path, zookit: Command) -> None:
    path = run.export("keras", tmp_path / "model.keras")
    assert path == tmp_path / "model.keras"
    images = np.zeros((2, 8, 8, 1), np.uint8)
    exported = keras.saving.load_model(path)
    np.testing.assert_allclose(exported.predict(images, verbose=0), run.predict(images), rtol=1e-5)
    path.write_text("my own")
    with pytest.raises(FolderError, match="exists"):
        run.export("keras", path)
    with pytest.raises(UnknownName, match=r"'tflite'.*litert"):
        run.export("tflite")
    # The command's fixture has made the test's own folder the current one.
    assert run.export("keras") == Path(f"{run.name}.keras")
    assert Path(f"{run.name}.keras").is_file()


def test_a_report_is_written(changeable: zookit.Run, tmp_path: Path) -> None:
    assert changeable.report() == changeable.folder / "report.html"
    page = changeable.report(tmp_path / "page.html")
    assert changeable.name in page.read_text()


def test_refresh_reads_the_folder_again(changeable: zookit.Run) -> None:
    resumed = changeable.resume(epochs=3, quiet=True)
    assert (changeable.epochs, resumed.epochs) == (2, 3)
    assert changeable.refresh().history == resumed.history
    # The old snapshot has the metrics of other weights.
    for use in (changeable.model, changeable.evaluate, lambda: changeable.evaluation):
        with pytest.raises(BadRun, match=r"run\.refresh\(\)"):
            use()
    assert changeable.refresh().model() is not None


def test_repr_is_one_line_and_html_is_escaped(changeable: zookit.Run, tmp_path: Path) -> None:
    assert repr(changeable).startswith(f"<Run {changeable.name}: finished, 2 epochs, test loss ")
    assert len(repr(changeable)) < 120
    page = changeable._repr_html_()
    assert "finished" in page
    assert str(changeable.folder) in page
    assert page.count("<svg") == 2
    assert len(page) < 100_000
    odd = zookit.open_run(shutil.copytree(changeable.folder, tmp_path / "<script>&\n"))
    assert "<script>" not in odd._repr_html_()
    assert len(repr(odd).splitlines()) == 1


USES: dict[str, Callable[[zookit.Run], Any]] = {
    "model": lambda run: run.model(),
    "predict": lambda run: run.predict(np.zeros((1, 8, 8, 1), np.uint8)),
    "evaluate": lambda run: run.evaluate(),
    "report": lambda run: run.report(run.folder.parent / "page.html", explain=True),
    "export": lambda run: run.export("keras", run.folder.parent / "model.keras"),
    "reproduce": lambda run: run.reproduce(quiet=True),
    "resume": lambda run: run.resume(epochs=2, quiet=True),
}


def test_a_run_of_instances_can_be_used_with_them(handmade: zookit.Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(handmade.folder, tmp_path / "runs" / handmade.name))
    opened = zookit.open_run(folder, instances=[Sized(1), Mean(), Sized(3), Lopsided()])
    for use in USES.values():  # `resume` is the last one, as it makes the snapshot stale
        assert use(opened) is not None
    assert opened.refresh().epochs == 2
    assert opened.refresh().instances == opened.instances


def test_a_report_explains_images_of_a_data_set_that_is_an_instance(
    handmade: zookit.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that the run keeps are smaller than what the model takes."""
    kept = handmade.evaluation
    assert kept is not None
    small = replace(kept, mistakes=kept.mistakes[:, ::2, ::2])
    monkeypatch.setattr("zookit.report.explained_mistakes.load_evaluation", lambda run: small)
    page = handmade.report(tmp_path / "page.html", explain=True)
    assert "Where the model looked in test image " in page.read_text(encoding="utf-8")
    monkeypatch.setattr("zookit.report.explained_mistakes.load_evaluation", lambda run: kept)
    without = zookit.open_run(handmade.folder, instances=[Sized(3)])
    assert without.report(tmp_path / "page.html", explain=True) == page


def test_the_returned_run_knows_its_instances(handmade: zookit.Run) -> None:
    assert handmade.instances == (Lopsided(), Sized(3))
    assert handmade.model().output_shape == (None, 1)
    split = zookit.load_data(Lopsided()).splits.test
    accuracy = np.mean(handmade.predict(split.images).argmax(1) == split.labels)
    assert handmade.metrics["accuracy"] == pytest.approx(accuracy)


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("instances", [(), (Sized(1),)], ids=["none", "others"])
def test_a_run_of_instances_says_that_they_are_needed(
    handmade: zookit.Run, name: str, instances: tuple[Any, ...]
) -> None:
    opened = zookit.open_run(handmade.folder, instances=instances)
    with pytest.raises(BadRun) as raised:
        USES[name](opened)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    assert "instances=[" in message
    assert "Sized(units=3)" in message or "Lopsided()" in message
    assert str(handmade.folder) in message


def test_the_folder_of_a_run_of_instances_can_be_read_without_them(
    handmade: zookit.Run, zookit: Command
) -> None:
    message = zookit("export", handmade.folder, "--to", "keras").message()
    assert "Sized" in message
    assert zookit("report", handmade.folder, "--output", "page.html").code == 0
