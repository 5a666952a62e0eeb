"""Files that parameters name as input: hashed, copied into the run, and read from there."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from bounded import bounded
from conftest import Command
from edited_plugin import EditedPlugin, restore_plugins
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_runs import SMALL, small_images

import zookit
from zookit.core import (
    Architecture,
    BadExperiment,
    BadParameter,
    BadRun,
    Callback,
    Experiment,
    InputFile,
)
from zookit.data.hashes import sha256_of_file
from zookit.runs.inputs import INPUTS, copies, copy_inputs, hash_inputs
from zookit.runs.run import read_run
from zookit.training.resolve import compose, recompose

NET = "edited_net"


@pytest.fixture(scope="module", autouse=True)
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        EditedPlugin(tmp_path_factory.mktemp("site"), patched)
        yield
    restore_plugins()


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose input file is gone, which no test changes."""
    file = number(tmp_path_factory.mktemp("files") / "factor.txt", 0.5)
    runs_dir = tmp_path_factory.mktemp("runs")
    words = f"{NET}:factor={file}"
    folder = zookit.run(small_images(), words, runs_dir=runs_dir, epochs=1, **SMALL).folder
    file.unlink()
    return folder


@pytest.fixture
def run(trained_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_once, tmp_path / "runs" / trained_once.name))


def number(path: Path, value: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{value}\n")
    return path


def composed(file: Path | str) -> Experiment:
    return compose(small_images(), f"{NET}:factor={file}").experiment


def identities(experiment: Experiment) -> tuple[str, str]:
    return experiment.identity("data", {}), experiment.group().identity("data", {})


def test_the_content_decides_the_identity_and_not_the_path(tmp_path: Path) -> None:
    first = composed(number(tmp_path / "a" / "factor.txt", 0.5))
    moved = composed(number(tmp_path / "b" / "renamed.txt", 0.5))
    other = composed(number(tmp_path / "c" / "factor.txt", 0.6))
    assert list(first.input_files) == ["architecture.factor"]
    assert identities(first) == identities(moved)
    assert not set(identities(first)) & set(identities(other))
    assert Experiment.from_toml(first.to_toml()).input_files == first.input_files


def test_an_experiment_without_input_files_keeps_its_identity() -> None:
    experiment = compose("mnist", "dense:units=8").experiment
    assert not experiment.input_files
    # As version 0.1.0 computed it before input files were recorded.
    expected = "e8e49aeb453c47d4bb792fbb1b32a2f3f19b9ee14ba0da08984731e142268bf5"
    assert experiment.identity("data", {}) == expected


def test_the_run_is_used_with_its_copy(run: Path, tmp_path: Path) -> None:
    opened = zookit.open_run(run)
    (copy,) = (run / INPUTS).rglob("*.txt")
    assert copy.read_text() == "0.5\n"
    assert opened.evaluate().accuracy == opened.metrics["accuracy"]
    opened.predict(np.zeros((1, 8, 8, 1), np.uint8))
    opened.export("keras", tmp_path / "model.keras")


def test_the_run_is_resumed_and_repeated_with_its_copy(run: Path, tmp_path: Path) -> None:
    opened = zookit.open_run(run)
    again = opened.reproduce(tmp_path / "again", quiet=True)
    assert again.identical
    assert again.again.environment.identity == opened.environment.identity
    shutil.rmtree(run)  # each run has a copy of its own
    repeated = zookit.open_run(again.again.folder)
    repeated.model()
    resumed = repeated.resume(epochs=2, quiet=True)
    assert resumed.epochs == 2
    assert resumed.experiment.input_files == opened.experiment.input_files


def test_the_experiment_of_a_run_is_trained_with_the_copy(run: Path, zookit: Command) -> None:
    trained = zookit("run", "--from", run / "experiment.toml", "--runs-dir", "new", "--quiet")
    assert trained.code == 0, trained.err
    (folder,) = Path("new").iterdir()
    assert read_run(folder).environment.identity == read_run(run).environment.identity


@pytest.mark.parametrize("damage", ["changed", "missing", "a pipe"])
def test_a_copy_that_is_not_the_file(run: Path, damage: str) -> None:
    (copy,) = (run / INPUTS).rglob("*.txt")
    copy.unlink()
    if damage == "changed":
        copy.write_text("0.7\n")
    if damage == "a pipe":
        os.mkfifo(copy)
    opened = zookit.open_run(run)
    for use in (opened.model, lambda: opened.resume(epochs=2), opened.reproduce):
        with pytest.raises(BadRun, match=r"factor\.txt"):
            use()


@pytest.mark.parametrize(
    "files",
    [
        {"architecture.units": "5d"},
        {"architecture.factor": "5d", "architecture.other": "5d"},
        {"architecture.factor.3": "5d"},
        {"architecture.factor": "5d"},
    ],
)
def test_a_run_that_names_other_files(run: Path, files: dict[str, str]) -> None:
    experiment = zookit.open_run(run).experiment
    (run / "experiment.toml").write_text(replace(experiment, input_files=files).to_toml())
    with pytest.raises(BadRun):
        zookit.open_run(run).model()


def test_a_path_that_leaves_the_folder_does_not(run: Path, tmp_path: Path) -> None:
    number(tmp_path / "runs" / "secret", 0.5)
    experiment = zookit.open_run(run).experiment
    for path in ("/x/..", "..", "/"):
        parameters = {**experiment.architecture.parameters, "factor": path}
        spec = replace(experiment.architecture, parameters=parameters)
        (run / "experiment.toml").write_text(replace(experiment, architecture=spec).to_toml())
        with pytest.raises(BadRun, match="inputs"):
            zookit.open_run(run).model()


def test_a_file_that_is_missing_or_no_file(tmp_path: Path, zookit: Command) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing.txt", tmp_path / "pipe", Path("/dev/zero")):
        words = ("run", small_images(), f"{NET}:factor={path}", "--runs-dir", "none")
        message = zookit(*words).message()
        assert "architecture.factor" in message
        assert str(path) in message
    assert not Path("none").exists()


@dataclass(frozen=True)
class Changing(Architecture):
    """Changes its file, as another program may do while a run starts."""

    file: Annotated[Path, InputFile()]

    def features(self, images: Any) -> Any:
        """(N, H, W, C) to (N, H * W * C)."""
        from keras import layers

        number(self.file, 0.6)
        return layers.Flatten()(images)


def test_a_file_that_changes_while_the_run_starts_leaves_nothing(tmp_path: Path) -> None:
    file = number(tmp_path / "factor.txt", 0.5)
    with pytest.raises(BadParameter, match="changed"):
        zookit.run(small_images(), Changing(file), runs_dir=tmp_path / "runs", epochs=1, **SMALL)
    assert not list((tmp_path / "runs").iterdir())


def test_a_folder_is_an_input_too(tmp_path: Path) -> None:
    number(tmp_path / "a" / "x" / "one", 1)
    number(tmp_path / "a" / "two", 2)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    number(tmp_path / "c" / "one", 1)
    hashes = [hash_inputs({"k": tmp_path / name})["k"] for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]
    copy_inputs({"k": tmp_path / "a"}, {"k": hashes[0]}, tmp_path / "run")
    copied = tmp_path / "run" / INPUTS / "k" / "a"
    assert hash_inputs({"k": copied})["k"] == hashes[0]


def test_a_linked_folder_in_a_folder_counts_and_is_copied(tmp_path: Path) -> None:
    number(tmp_path / "elsewhere" / "one", 1)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(tmp_path / "elsewhere")
    hashes = hash_inputs({"k": tmp_path / "a"})
    copy_inputs({"k": tmp_path / "a"}, hashes, tmp_path / "run")
    assert (tmp_path / "run" / INPUTS / "k" / "a" / "link" / "one").read_text() == "1\n"
    number(tmp_path / "elsewhere" / "one", 2)
    assert hash_inputs({"k": tmp_path / "a"}) != hashes


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(path.parent)])
def test_a_folder_with_what_cannot_be_copied_is_refused(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    number(tmp_path / "a" / "one", 1)
    make(tmp_path / "a" / "odd")
    with pytest.raises(BadParameter, match=r"architecture\.k: .*odd"):
        hash_inputs({"architecture.k": tmp_path / "a"})


@dataclass(frozen=True)
class Reading(Callback):
    """Reads a file, and writes another."""

    table: Annotated[Path, InputFile()]
    log: Path | None = None

    def build(self) -> Any:
        import keras

        text = self.table.read_text()
        return keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: text)


@dataclass(frozen=True)
class Several(Architecture):
    """Adds the numbers in files."""

    files: tuple[Path, ...] = ()

    def features(self, images: Any) -> Any:
        from keras import layers

        return layers.Flatten()(images) * sum(float(each.read_text()) for each in self.files)


def test_inputs_of_callbacks_are_marked_and_instances_read_copies(tmp_path: Path) -> None:
    files = [number(tmp_path / name / "factor.txt", 0.5 + at) for at, name in enumerate("abc")]
    architecture, callback = Several(tuple(files[:2])), Reading(files[2], tmp_path / "log")
    run = zookit.run(
        small_images(), architecture, callback, runs_dir=tmp_path / "runs", epochs=1, **SMALL
    )
    assert sorted(run.experiment.input_files) == [
        "architecture.files.0",
        "architecture.files.1",
        "callbacks.0.table",
    ]
    assert len(list((run.folder / INPUTS).rglob("factor.txt"))) == 3
    for file in files:
        file.unlink()
    run.model()
    assert run.reproduce(quiet=True).identical


def test_a_changed_file_of_an_experiment_is_not_trained(tmp_path: Path) -> None:
    from zookit.training.experiment_file import compose_file

    file = number(tmp_path / "factor.txt", 0.5)
    (tmp_path / "experiment.toml").write_text(composed(file).to_toml())
    compose_file(tmp_path / "experiment.toml", {})
    number(file, 0.6)
    with pytest.raises(BadExperiment, match="input_files"):
        compose_file(tmp_path / "experiment.toml", {})


keys = st.sampled_from(
    ["architecture.factor", "architecture.units", "architecture.factor.0", "dataset.path", "x", ""]
) | st.text(max_size=20)


@given(
    files=st.dictionaries(keys, st.sampled_from(["5d", "", "d2cbad71"]) | st.text(max_size=70)),
    path=st.text(max_size=30),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_of_input_files_is_refused_or_read(
    files: dict[str, str], path: str, trained_once: Path
) -> None:
    experiment = zookit.open_run(trained_once).experiment
    spec = experiment.architecture
    spec = replace(spec, parameters={**spec.parameters, "factor": path})
    changed = replace(experiment, architecture=spec, input_files=files)
    with bounded():
        identities(changed)
        for slot in changed.slots():
            with contextlib.suppress(BadRun):
                for copy in copies(trained_once, changed, slot).values():
                    assert copy.is_relative_to(trained_once / INPUTS)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are hashed."""
    names: list[str] = []

    def counted(path: Path) -> str:
        names.append(path.name)
        return sha256_of_file(path)

    monkeypatch.setattr("zookit.runs.inputs.sha256_of_file", counted)
    return names


def test_composing_a_run_hashes_each_copy_once(run: Path, hashed: list[str]) -> None:
    record = read_run(run)
    assert recompose(record).experiment == record.experiment
    assert hashed == ["factor.txt"]


def test_composing_a_file_with_options_hashes_each_input_once(
    tmp_path: Path, hashed: list[str]
) -> None:
    from zookit.training.experiment_file import compose_file

    experiment = composed(number(tmp_path / "factor.txt", 0.5))
    (tmp_path / "experiment.toml").write_text(experiment.to_toml())
    hashed.clear()
    options = {"epochs": experiment.settings.epochs}
    assert compose_file(tmp_path / "experiment.toml", options).experiment == experiment
    assert hashed == ["factor.txt"]
