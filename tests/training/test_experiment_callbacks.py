"""The Keras callbacks of an experiment: what they know of their run, and their files in it."""

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from contents import contents
from drawing_plugin import draw_predictions
from small_runs import CLASSES, DENSE, SMALL, different_ends
from snapshots import Snapshots

import zookit
from zookit.core import BrokenPlugin, Callback, CallbackRun, ZookitError

EPOCHS = 3
KILLED = (1, 20, 21, 30, 41)
"""The executions after which a run is killed; an epoch has 20."""
VALIDATED: dict[str, Any] = {**SMALL, "epochs": EPOCHS, "validation": 0.2}


@dataclass(frozen=True)
class Knowing(Callback):
    """Does with its run what a test asks for, and returns the methods of a Keras callback."""

    do: ClassVar[Callable[[CallbackRun], Any]]

    def build(self, run: CallbackRun) -> keras.callbacks.Callback:
        return keras.callbacks.LambdaCallback(**(type(self).do(run) or {}))


def knowing(do: Callable[[CallbackRun], Any]) -> Callback:
    kind: Any = type("Knowing", (Knowing,), {"do": staticmethod(do)})
    built: Callback = dataclass(frozen=True)(kind)()
    return built


@dataclass(frozen=True)
class Nameless(Callback):
    """Takes an argument that is not offered."""

    def build(self, context: object) -> keras.callbacks.Callback:
        raise AssertionError(context)


@dataclass(frozen=True)
class Wrong(Callback):
    """Builds something else than a Keras callback."""

    def build(self) -> Any:
        return print


def train_with(images: str, callback: Callback, runs_dir: Path, **options: Any) -> zookit.Run:
    return zookit.run(
        images, DENSE, callback, runs_dir=runs_dir, **{**SMALL, "epochs": 1, **options}
    )


@pytest.mark.parametrize("validation", [0.0, 0.25])
def test_a_callback_knows_its_run(images: str, tmp_path: Path, validation: float) -> None:
    known: list[CallbackRun] = []
    run = train_with(images, knowing(known.append), tmp_path, validation=validation, seed=3)
    (found,) = known
    assert found.experiment == run.experiment
    assert found.experiment.settings.seed == 3
    assert found.class_names == CLASSES
    assert found.image_shape == (8, 8, 1)
    splits = found.splits.by_name()
    sizes = {name: len(split) for name, split in splits.items()}
    assert sizes == run.environment.data.sizes
    assert (found.splits.validation is not None) == bool(validation)
    whole = zookit.load_data(images).splits
    assert np.array_equal(splits["test"].images, whole.test.images)
    both = [split.images for name, split in splits.items() if name != "test"]
    assert np.concatenate(both).sum() == whole.train.images.sum()
    for split in splits.values():
        assert len(split.images) == len(split.labels) == len(split)
        for array in (split.images, split.labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


@pytest.mark.parametrize(
    ("callback", "reason"),
    [
        (knowing(lambda run: 1 / 0), "ZeroDivisionError"),
        (knowing(lambda run: run.files("../x")), "'../x'"),
        (Nameless(), "context"),
        (Wrong(), "print"),
    ],
    ids=["raises", "bad name", "unknown argument", "wrong value"],
)
def test_a_build_that_fails_names_the_plugin_and_leaves_nothing(
    images: str, tmp_path: Path, callback: Callback, reason: str
) -> None:
    with pytest.raises(ZookitError, match=type(callback).__name__) as caught:
        train_with(images, callback, tmp_path / "runs")
    assert reason in str(caught.value)
    assert "author" not in str(caught.value)  # of a package: the class is the user's own
    assert "\n" not in str(caught.value)
    assert contents(tmp_path) == {}


def test_two_callbacks_cannot_share_a_name(images: str, tmp_path: Path) -> None:
    def claim(run: CallbackRun) -> None:
        run.files("same")
        run.files("same")

    with pytest.raises(BrokenPlugin, match="same"):
        zookit.run(images, DENSE, [knowing(claim), knowing(claim)], runs_dir=tmp_path, **SMALL)


@pytest.mark.parametrize(
    ("hook", "given"),
    [("on_epoch_begin", 1), ("on_epoch_end", 0)],
)
def test_files_are_of_the_epoch_that_has_just_ended(
    images: str, tmp_path: Path, hook: str, given: int
) -> None:
    def write(run: CallbackRun) -> dict[str, Any]:
        return {hook: lambda *_, **__: run.files("x").path(given, ".txt")}

    with pytest.raises(ValueError, match="on_epoch_end"):
        train_with(images, knowing(write), tmp_path)


def pictures(folder: Path) -> dict[str, bytes]:
    found = (path for path in (folder / "files").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def drawn(
    images: str, session_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[zookit.Run, Path]:
    """A run of three epochs that draws, and the folder of its copies by number of executions."""
    folder = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        # A checkpoint after each execution.
        patched.setenv("ZOOKIT_CHECKPOINT_MINUTES", "0")
        patched.setattr("zookit.training.checkpoint_schedule._SHARE", math.inf)
        run = zookit.run(
            images,
            DENSE,
            draw_predictions(folder),
            listeners=Snapshots(folder, KILLED),
            runs_dir=folder / "whole",
            **VALIDATED,
        )
    return run, folder


def test_each_epoch_has_its_picture(drawn: tuple[zookit.Run, Path]) -> None:
    run, _ = drawn
    found = pictures(run.folder)
    assert sorted(found) == [f"files/predictions/epoch-{epoch:05}.png" for epoch in (1, 2, 3)]
    assert len(set(found.values())) > 1


@pytest.mark.parametrize(
    "executions",
    [pytest.param(each, marks=[pytest.mark.slow] if each != 30 else []) for each in KILLED],
)
def test_a_run_that_was_killed_has_the_files_of_one_that_was_not(
    drawn: tuple[zookit.Run, Path], tmp_path: Path, executions: int
) -> None:
    whole, folder = drawn
    (killed,) = (folder / str(executions)).iterdir()
    copy = Path(shutil.copytree(killed, tmp_path / killed.name))
    later = copy / "files" / "predictions"
    later.mkdir(parents=True, exist_ok=True)
    for epoch in (2, 3, 4):  # half a file of an epoch that is trained again, and what is planted
        path = later / f"epoch-{epoch:05}.png"
        if not path.exists():
            path.write_bytes(b"half")
    (later / "epoch-00009.png").symlink_to(tmp_path / "elsewhere")
    resumed = zookit.open_run(copy, instances=[draw_predictions(tmp_path)]).resume(quiet=True)
    assert resumed.status == "finished"
    assert pictures(copy) == pictures(whole.folder)
    assert different_ends(copy, whole.folder) == []
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_in_place_of_the_folder_of_files_is_refused(
    drawn: tuple[zookit.Run, Path], tmp_path: Path
) -> None:
    whole, folder = drawn
    (killed,) = (folder / "30").iterdir()
    copy = Path(shutil.copytree(killed, tmp_path / killed.name))
    elsewhere = Path(shutil.copytree(whole.folder / "files", tmp_path / "elsewhere"))
    before = contents(elsewhere)
    shutil.rmtree(copy / "files")
    (copy / "files").symlink_to(elsewhere)
    run = zookit.open_run(copy, instances=[draw_predictions(tmp_path)])
    with pytest.raises(zookit.core.FolderError, match="files"):
        run.resume(quiet=True)
    assert contents(elsewhere) == before


def test_the_record_of_a_run_does_not_depend_on_its_files(
    drawn: tuple[zookit.Run, Path], tmp_path: Path
) -> None:
    whole, _ = drawn
    moved = Path(shutil.copytree(whole.folder, tmp_path / "moved"))
    shutil.rmtree(moved / "files")
    instances = [draw_predictions(tmp_path)]
    run = zookit.open_run(moved, instances=instances)
    assert run.metrics == whole.metrics
    again = run.reproduce(runs_dir=tmp_path / "again", quiet=True)
    assert again.again.environment.identity == whole.environment.identity
    assert pictures(again.again.folder) == pictures(whole.folder)
