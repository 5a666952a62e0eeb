"""Runs that start from the weights of another one: what is taken, recorded and repeated."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Command
from PIL import Image
from small_runs import CLASSES, DENSE, SMALL, small_images, small_run

import zookit
from zookit.core import BadExperiment, BadParameter, BadRun, Experiment, ZookitError
from zookit.remote.push import push_run
from zookit.runs.initial_weights import BODY, HEAD, TrainedModel
from zookit.training.experiment_file import compose_file
from zookit.training.initial_weights import location_of, words_of_model
from zookit.training.resolve import compose, compose_experiment

NET = DENSE
Arrays = list[np.ndarray[Any, Any]]


def images(folder: Path, *classes: str, size: int = 8) -> str:
    """Return the words of a data set with twelve images of each class."""
    random = np.random.default_rng(1)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for at in range(12):
            pixels = random.integers(0, 256, (8, 8), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{at:02}.png")
    return f"image_folder:path={folder},size={size},grey=true"


def trained(data: str, net: str = NET, **options: Any) -> zookit.Run:
    return zookit.run(data, net, epochs=1, **{**SMALL, **options})


def weights(run: zookit.Run) -> Arrays:
    return run.model().get_weights()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def source() -> zookit.Run:
    """A run that no test changes."""
    return zookit.open_run(small_run())


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words of a data set of two other classes."""
    return images(tmp_path_factory.mktemp("two") / "data", "cat", "dog")


@pytest.fixture(scope="module")
def fine_tuned(
    source: zookit.Run, two: str, tmp_path_factory: pytest.TempPathFactory
) -> zookit.Run:
    """A run of two other classes that started from it, which no test changes."""
    copy = Path(shutil.copytree(source.folder, tmp_path_factory.mktemp("gone") / source.name))
    runs_dir = tmp_path_factory.mktemp("fine-tuned")
    run = trained(two, runs_dir=runs_dir, init=copy, freeze="body")
    shutil.rmtree(copy)
    return run


@pytest.fixture
def damaged(source: zookit.Run, tmp_path: Path) -> Path:
    """A copy of the source, to be changed."""
    return Path(shutil.copytree(source.folder, tmp_path / "copy" / source.name))


def test_the_body_is_taken_and_the_head_only_for_the_same_classes(
    source: zookit.Run, fine_tuned: zookit.Run, tmp_path: Path
) -> None:
    # A frozen body still has its initial weights at the end.
    other, taken = weights(fine_tuned), fine_tuned.environment.initial_weights
    assert all(map(np.array_equal, other[:-2], weights(source)[:-2]))
    assert taken is not None
    assert (taken.source, taken.parts) == (source.name, (BODY,))
    assert "3" in taken.left_out
    assert CLASSES[0] in taken.left_out

    same = trained(small_images(), init=source, learning_rate=1e-9, runs_dir=tmp_path)
    assert same.environment.initial_weights is not None
    assert same.environment.initial_weights.parts == (BODY, HEAD)
    for now, then in zip(weights(same), weights(source), strict=True):
        assert np.allclose(now, then, atol=1e-6)


def test_what_was_taken_is_shown(
    zookit: Command, source: zookit.Run, fine_tuned: zookit.Run, two: str
) -> None:
    run = zookit("run", two, NET, "--init", source.folder, "--epochs", "1")
    assert run.code == 0, run.err
    (line,) = (each for each in run.out.splitlines() if each.startswith("initial weights"))
    assert source.name in line
    assert "without the head" in " ".join(run.out.split())
    page = fine_tuned.report(fine_tuned.folder.parent / "report.html", force=True)
    text = Path(page).read_text(encoding="utf-8")
    assert f"body of {source.name}" in text


def test_the_content_decides_the_identity_and_not_the_name(
    source: zookit.Run, fine_tuned: zookit.Run, two: str, tmp_path: Path
) -> None:
    def composed(init: Path | None) -> Experiment:
        return compose(two, NET, options={"init": init}).experiment

    moved = Path(shutil.copytree(source.folder, tmp_path / "other name"))
    experiments = [composed(e) for e in (source.folder, moved, fine_tuned.folder, None)]
    assert experiments[1].initial_weights == "other name"
    identities = [each.identity("data", {}) for each in experiments]
    assert identities[0] == identities[1]
    assert len(set(identities)) == 3
    assert Experiment.from_toml(experiments[0].to_toml()) == experiments[0]


def test_a_run_is_repeated_and_continued_when_the_source_is_gone(
    fine_tuned: zookit.Run, tmp_path: Path
) -> None:
    again = fine_tuned.reproduce(tmp_path / "again", quiet=True)
    assert again.identical
    repeated = zookit.open_run(again.again.folder)
    assert repeated.environment.identity == fine_tuned.environment.identity
    assert repeated.environment.initial_weights == fine_tuned.environment.initial_weights
    whole = replace(repeated.experiment, settings=replace(repeated.experiment.settings, epochs=2))
    assert repeated.resume(epochs=2, quiet=True).experiment == whole


def test_a_killed_run_without_a_checkpoint_starts_from_the_same_weights(
    fine_tuned: zookit.Run, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(fine_tuned.folder, tmp_path / "runs" / fine_tuned.name))
    ends = ("metrics.json", "checkpoint.safetensors", "weights.safetensors")
    before = (folder / ends[2]).read_bytes()
    for name in (*ends, "history.csv", "times.csv"):
        (folder / name).unlink()
    zookit.open_run(folder).resume(quiet=True)
    assert (folder / ends[2]).read_bytes() == before


def test_the_experiment_file_is_trained_from_the_copy_or_from_the_run_it_names(
    source: zookit.Run, fine_tuned: zookit.Run, tmp_path: Path
) -> None:
    file = fine_tuned.folder / "experiment.toml"
    assert str(source.folder.parent) not in file.read_text()
    recorded = compose_file(file, {}).experiment
    assert recorded == fine_tuned.experiment
    alone = Path(shutil.copy(file, tmp_path / "alone.toml"))
    assert compose_file(alone, {}, source.folder.parent).experiment == recorded
    with pytest.raises(BadRun, match=source.name):
        compose_file(alone, {}, tmp_path)
    assert compose_file(file, {"init": source.folder}).experiment == recorded
    with pytest.raises(BadExperiment, match="init is"):
        compose_file(file, {"init": fine_tuned})
    with pytest.raises(BadExperiment, match=r"initial_weights.*SHA-256"):
        compose_experiment(replace(recorded, initial_weights=str(fine_tuned.folder)))


def test_an_altered_copy_is_refused(fine_tuned: zookit.Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(fine_tuned.folder, tmp_path / "runs" / fine_tuned.name))
    (copy,) = (folder / "inputs" / "initial_weights").iterdir()
    data = bytearray(copy.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)
    with pytest.raises(BadRun, match=r"initial_weights.*changed"):
        zookit.open_run(folder).resume(epochs=2)
    copy.unlink()
    with pytest.raises(BadRun, match=r"initial_weights.*missing"):
        zookit.open_run(folder).reproduce(tmp_path / "again")
    zookit.open_run(folder).model()  # its own weights are enough


@pytest.mark.parametrize(
    ("net", "options", "words"),
    [
        ("cnn:filters=4,units=4", {}, ["dense:units=8", "cnn"]),
        (NET, {"normalize": False}, ["normalize=False"]),
        (NET, {"init": 3}, ["run must be", "3"]),
        (NET, {"init": "nowhere"}, ["nowhere"]),
    ],
)
def test_what_cannot_fit_is_refused_before_any_data_is_loaded(
    source: zookit.Run, net: str, options: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ZookitError) as raised:
        compose(small_images(), net, options={"init": source.folder, **options})
    assert isinstance(raised.value, BadExperiment | BadRun | BadParameter)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "failed", "error": "no"}, ["failed", "resume"]),
        ({"epochs": 0, "status": "interrupted", "last_epoch": {}}, ["whole epoch", "resume"]),
        (None, ["killed", "resume"]),
    ],
)
def test_a_run_that_is_no_start_is_refused(
    damaged: Path, change: dict[str, Any] | None, words: list[str]
) -> None:
    metrics = damaged / "metrics.json"
    if change is None:
        metrics.unlink()
    else:
        metrics.write_text(json.dumps({**json.loads(metrics.read_text()), **change}))
    if change and "epochs" in change:
        for name in ("history.csv", "times.csv"):
            (damaged / name).unlink()
    with pytest.raises(BadRun) as raised:
        compose(small_images(), NET, options={"init": damaged})
    for word in (damaged.name, *words):
        assert word in str(raised.value)


def test_a_run_whose_experiment_was_edited_is_refused(damaged: Path) -> None:
    path = damaged / "experiment.toml"
    path.write_text(path.read_text().replace("seed = 0", "seed = 5"))
    with pytest.raises(BadRun, match="do not match"):
        compose(small_images(), NET, options={"init": damaged})


def test_the_words_of_a_model_have_no_hash_of_a_file() -> None:
    parameters = {"table": "0f" * 32, "units": 8, "layers": ["a" * 64]}
    model = TrainedModel("zookit-nets/net", parameters, (8, 8, 1), CLASSES, normalize=True)
    assert str(words_of_model("net", model)) == "net:table=FILE,units=8,layers=FILE"


def test_latest_is_the_last_run_of_the_folder(source: zookit.Run, two: str) -> None:
    found = compose(two, NET, options={"init": "latest"}, runs_dir=source.folder.parent)
    assert found.experiment.initial_weights == source.name


def test_a_run_at_an_address_is_a_start(
    source: zookit.Run, two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{tmp_path.as_uri()}/pushed"
    push_run(source, url)
    experiment = compose(two, NET, options={"init": url}).experiment
    assert experiment.initial_weights == source.name
    assert experiment == compose(two, NET, options={"init": source}).experiment
    assert "://" not in location_of(url, tmp_path)


def test_an_installed_model_is_a_start() -> None:
    net = "cnn:filters=16+32,units=32,dropout=0.25"
    composition = compose("mnist", net, options={"init": "mnist_cnn"})
    assert composition.experiment.initial_weights == "mnist_cnn"
    assert composition.initial is not None
    assert composition.initial.location == location_of("mnist_cnn", Path()) == "zookit/mnist_cnn"
    assert composition.initial.parts == (BODY, HEAD)
