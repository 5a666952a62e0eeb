"""Which runs can be published, and what of them."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import digits, make_one
from small_runs import DENSE, SMALL

import zookit
from zookit.core import BadRun
from zookit.data.hashes import sha256_of_file
from zookit.runs.environment import identity_without_epochs
from zookit.runs.evaluation import load_evaluation
from zookit.runs.initial_weights import read_copy
from zookit.runs.inputs import copies
from zookit.runs.run import RunRecord, read_run
from zookit.scaffold.published_run import check_publishable, publish


def test_a_run_without_paths_is_copied_as_it_is(tmp_path: Path) -> None:
    run = digits()
    published = publish(run, tmp_path / "model")
    for name in ("experiment.toml", "environment.json", "weights.safetensors", "history.csv"):
        assert (tmp_path / "model" / name).read_bytes() == (run.folder / name).read_bytes()
    assert published.environment.identity == run.environment.identity


def test_the_checkpoint_and_the_files_of_callbacks_stay_at_home(run: Path, tmp_path: Path) -> None:
    (run / "files" / "csv_logger").mkdir(parents=True)
    (run / "files" / "csv_logger" / "log.csv").write_text("a,b\n")
    published = publish(read_run(run), tmp_path / "model")
    assert not list(published.folder.glob("*checkpoint*"))
    assert not (published.folder / "files").exists()
    assert not (published.folder / ".lock").exists()
    assert published.ending is not None
    assert "checkpoint.safetensors" not in published.ending.files


def test_no_image_of_the_data_is_published(run: Path, tmp_path: Path) -> None:
    original = load_evaluation(read_run(run))
    published = load_evaluation(publish(read_run(run), tmp_path / "model"))
    assert original is not None
    assert published is not None
    assert len(original.mistakes) > 0
    assert len(published.mistakes) == len(published.mistakes_at) == 0
    assert (published.predicted == original.predicted).all()


def test_the_folder_of_images_is_named_without_its_place(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "zookit")
    original = read_run(run)
    published = publish(original, tmp_path / "model")
    assert published.experiment.dataset.parameters["path"] == "images"
    assert not published.contradiction
    environment = published.environment
    assert environment.identity == published.identity(published.experiment)
    assert environment.identity != original.environment.identity
    assert environment.data == original.environment.data
    assert "images" in caplog.text


def test_the_names_of_unreadable_images_have_no_place(run: Path, tmp_path: Path) -> None:
    folder = read_run(run).experiment.dataset.parameters["path"]
    _edit(run, lambda it: it["data"].update(left_out=[f"{folder}/dark/x.png is empty"]))
    published = publish(read_run(run), tmp_path / "model")
    assert published.environment.data.left_out == ("images/dark/x.png is empty",)


def test_a_run_that_names_another_place_is_refused(run: Path, tmp_path: Path) -> None:
    _edit(run, lambda it: it["runtime"]["variables"].update(XLA_FLAGS="--dump=/home/me/dump"))
    with pytest.raises(BadRun, match="/home/me/dump") as raised:
        publish(read_run(run), tmp_path / "model")
    assert "zookit.package(run, name, license=" in str(raised.value)


@pytest.mark.parametrize("status", ["interrupted", "failed", "pruned"])
def test_a_run_that_did_not_finish_is_refused(run: Path, status: Any) -> None:
    record = read_run(run)
    assert record.ending is not None
    with pytest.raises(BadRun, match=status):
        check_publishable(replace(record, ending=replace(record.ending, status=status)))


@pytest.mark.parametrize("name", ["weights", "probe", "evaluation"])
def test_a_damaged_run_is_refused(run: Path, tmp_path: Path, name: str) -> None:
    file = run / f"{name}.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.raises(BadRun, match=str(file)):
        publish(read_run(run), tmp_path / "model")


def test_a_changed_run_is_refused(run: Path) -> None:
    toml = run / "experiment.toml"
    toml.write_text(toml.read_text().replace("seed = 0", "seed = 1"))
    with pytest.raises(BadRun, match="experiment"):
        check_publishable(read_run(run))


def test_a_file_that_cannot_be_copied_is_named(run: Path, tmp_path: Path) -> None:
    record = read_run(run)
    (run / "times.csv").unlink()
    os.mkfifo(run / "times.csv")
    with pytest.raises(BadRun, match=r"times\.csv cannot be read: it is not a regular file"):
        publish(record, tmp_path / "model")


def test_what_zookit_does_not_know_is_not_published(run: Path, tmp_path: Path) -> None:
    _edit(run, lambda it: it.update(note="of /home/me"))
    with (run / "experiment.toml").open("a") as file:
        file.write("# of /home/me\n")
    publish(read_run(run), tmp_path / "model")
    assert not any(b"/home/me" in each.read_bytes() for each in (tmp_path / "model").iterdir())


@pytest.mark.parametrize("owner", ["net.py==0123456789abcdef", "zookit==0.1.0"])
def test_code_that_no_package_contains_is_refused(run: Path, owner: str) -> None:
    record = read_run(run)
    dataset, architecture, *others = record.environment.components
    if owner.startswith("net.py"):
        environment = replace(
            record.environment, components=(dataset, replace(architecture, owner=owner), *others)
        )
        changed = _consistent(replace(record, environment=environment))
    else:
        spec = replace(record.experiment.architecture, name="net:Net")
        changed = _consistent(
            replace(record, experiment=replace(record.experiment, architecture=spec))
        )
    with pytest.raises(BadRun, match="zookit new"):
        check_publishable(changed)


def test_input_files_come_along_under_their_names(run: Path, tmp_path: Path) -> None:
    copy = run / "inputs" / "architecture.table" / "table.csv"
    copy.parent.mkdir(parents=True)
    copy.write_text("1,2,3\n")
    experiment = read_run(run).experiment
    architecture = experiment.architecture
    named = {**architecture.parameters, "table": "/home/me/table.csv"}
    changed = replace(
        experiment,
        architecture=replace(architecture, parameters=named),
        input_files={"architecture.table": sha256_of_file(copy)},
    )
    (run / "experiment.toml").write_text(changed.to_toml())
    make_one(run)
    published = publish(read_run(run), tmp_path / "model")
    assert published.experiment.architecture.parameters["table"] == "table.csv"
    assert not published.contradiction
    (found,) = copies(published.folder, published.experiment, "architecture").values()
    assert found.read_text() == "1,2,3\n"


def test_the_weights_that_a_run_started_from_come_along(
    images: str, finished: Path, tmp_path: Path
) -> None:
    settings = {**SMALL, "epochs": 1, "runs_dir": tmp_path / "runs"}
    tuned = zookit.run(images, DENSE, init=str(finished), **settings)
    (tuned.folder / "inputs" / "initial_weights" / "notes.txt").write_text("not published")
    published = publish(tuned, tmp_path / "model")
    assert not list(published.folder.rglob("notes.txt"))
    assert read_copy(published.folder, published.experiment).parts == ("body", "head")


def _consistent(record: RunRecord) -> RunRecord:
    """Return the record with the identity of its experiment."""
    environment = record.environment
    identity = identity_without_epochs(
        record.experiment, environment.data.hash, environment.owners()
    )
    return replace(record, environment=replace(environment, identity_without_epochs=identity))


def _edit(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = run / "environment.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
