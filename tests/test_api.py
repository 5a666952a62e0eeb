"""The functions of `import zookit`, and that the identity of an experiment decides its bits."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_by_hand import Lopsided, Mean
from small_runs import (
    DENSE,
    SMALL,
    copy_run,
    different_ends,
    other_threads,
    run_by_command,
    run_with_other_threads,
    small_images,
    small_run,
    threads_of_this_process,
)

import zookit
from zookit.core import BadParameter, BadRun, ZookitError

GROUP = pytest.mark.xdist_group("other threads")


@pytest.mark.slow
@GROUP
def test_the_command_and_python_give_the_same_bits_with_the_same_threads(tmp_path: Path) -> None:
    threads = str(threads_of_this_process())
    run = zookit.open_run(run_by_command(tmp_path, "--threads", threads, "--epochs", "2"))
    same = zookit.open_run(small_run())
    assert run.environment.identity == same.environment.identity
    assert different_ends(run.folder, same.folder) == []


@pytest.mark.slow
@GROUP
def test_the_command_and_python_give_another_identity_with_other_threads(tmp_path: Path) -> None:
    run = zookit.open_run(run_with_other_threads())
    here = zookit.run(small_images(), DENSE, runs_dir=tmp_path, epochs=1, **SMALL)
    assert run.experiment.settings.threads == other_threads()
    assert here.experiment.settings.threads == threads_of_this_process()
    assert run.environment.identity != here.environment.identity
    assert run.environment.group == here.environment.group
    assert run.experiment.group() == here.experiment.group()


def test_threads_that_tensorflow_already_uses_are_accepted_and_recorded(tmp_path: Path) -> None:
    threads = threads_of_this_process()
    run = zookit.run(small_images(), DENSE, runs_dir=tmp_path, epochs=2, threads=threads, **SMALL)
    assert run.experiment.settings.threads == run.environment.runtime.intra_op_threads == threads
    same = zookit.open_run(small_run())
    assert run.environment.identity == same.environment.identity
    assert different_ends(run.folder, same.folder) == []


def test_other_threads_than_tensorflow_uses_are_an_error_before_a_run_exists(
    tmp_path: Path,
) -> None:
    small_run()  # TensorFlow has started
    with pytest.raises(ZookitError) as raised:
        zookit.run(
            small_images(), DENSE, runs_dir=tmp_path / "runs", threads=other_threads(), **SMALL
        )
    message = str(raised.value)
    assert str(other_threads()) in message
    assert "new process" in message
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("threads", [0, -1, 5000, "two", True])
def test_numbers_of_threads_that_no_machine_has_are_refused(threads: int, tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="threads"):
        zookit.run(small_images(), DENSE, runs_dir=tmp_path, threads=threads)


def test_unknown_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match=r"'epoch'.*Did you mean 'epochs'"):
        zookit.run(small_images(), DENSE, runs_dir=tmp_path, epoch=2)  # type: ignore[call-arg]


def test_a_run_is_opened_by_folder_name_and_latest() -> None:
    finished = small_run()
    for text in (finished, str(finished)):
        assert zookit.open_run(text).folder == finished
    for text in ("latest", finished.name, finished.name[:-3], finished.name[-8:]):
        assert zookit.open_run(text, finished.parent).folder == finished
    with pytest.raises(BadRun, match="no run"):
        zookit.open_run("2001", finished.parent)


def test_runs_are_listed_and_compared(tmp_path: Path) -> None:
    run = copy_run(small_run(), tmp_path)
    (run.parent / "notes").mkdir()
    runs = zookit.list_runs(run.parent)
    assert [each.folder for each in runs] == [run]
    assert all(isinstance(each, zookit.Run) for each in runs)
    for given in (run.parent, str(run.parent), runs):
        (table,) = zookit.compare(given).tables
        assert len(table.rows) == 1
    assert zookit.list_runs(run.parent / "missing") == []


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        (lambda: ["latest"], r"compare\(\[zookit\.open_run"),
        (lambda: None, r"zookit\.open_run"),
        (lambda: zookit.open_run(small_run()), r"compare\(\[run\]\)"),
    ],
)
def test_only_runs_are_compared(given: Callable[[], Any], instead: str) -> None:
    with pytest.raises(BadParameter, match=f"list of runs.*{instead}"):
        zookit.compare(given())


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        ({"data": "outo"}, 'data="auto"'),
        ({"validation": "10%"}, "validation=0.1."),
        ({"callbacks": "stop_at_loss:0,4"}, '"stop_at_loss:0.4"'),
        ({"dataset": "MNIST"}, '"mnist"'),
    ],
)
def test_what_to_write_is_a_literal_of_python(
    given: dict[str, Any], instead: str, tmp_path: Path
) -> None:
    with pytest.raises(ZookitError) as raised:
        zookit.run(
            **{"dataset": small_images(), "architecture": DENSE, "runs_dir": tmp_path, **given}
        )
    assert f"Write {instead}" in str(raised.value)


def test_data_is_loaded_and_shows_itself() -> None:
    loaded = zookit.load_data(small_images())
    assert loaded.splits.train.images.shape == (96, 8, 8, 1)
    assert loaded.info.class_names == ("bright", "dark", "grey")
    assert loaded.origin == "local"
    assert len(loaded.hash) == 64
    assert "96 train, 24 test" in repr(loaded)
    assert len(repr(loaded).splitlines()) == 1
    page = loaded._repr_html_()
    assert "<img" in page
    odd = replace(loaded, name="<b>&")
    assert "<b>" not in odd._repr_html_()


@pytest.mark.parametrize(
    ("name", "instead"),
    [("train", "splits.train"), ("images", "splits.train.images"), ("classes", "info.class_names")],
)
def test_the_parts_of_loaded_data_are_named(name: str, instead: str) -> None:
    loaded = zookit.load_data(small_images())
    with pytest.raises(AttributeError, match=re.escape(f"data.{instead}")):
        getattr(loaded, name)
    assert not hasattr(loaded, "nothing")


def test_loaded_data_is_no_tuple_and_no_dictionary() -> None:
    loaded: Any = zookit.load_data(small_images())
    with pytest.raises(TypeError, match=r"data\.splits\.train\.images"):
        (_, _), (_, _) = loaded
    with pytest.raises(TypeError, match=r"data\.splits\.test"):
        loaded["test"]


def test_data_that_is_neither_full_nor_sample_nor_auto_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"data must be .*'sample', got 'smaple'"):
        zookit.load_data(small_images(), data="smaple")  # type: ignore[arg-type]


def test_opening_a_run_warns_if_its_files_contradict_each_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = copy_run(small_run(), tmp_path)
    zookit.open_run(run)
    assert capfd.readouterr().err == ""
    file = run / "experiment.toml"
    file.write_text(file.read_text().replace("seed = 0", "seed = 1"))
    assert zookit.open_run(run).experiment.settings.seed == 1
    (warning,) = capfd.readouterr().err.splitlines()
    assert run.name in warning
    assert "experiment.toml" in warning
    # An error says the same, once.
    with pytest.raises(BadRun, match=r"experiment\.toml"):
        zookit.resume(run.name, runs_dir=run.parent, quiet=True)
    assert capfd.readouterr().err == ""


def test_a_data_set_may_be_an_instance() -> None:
    loaded = zookit.load_data(Lopsided())
    assert len(loaded.splits.train) == 200


def test_the_public_names_are_found_without_being_imported() -> None:
    assert {"Run", "run", "registry", "plugins"} <= set(dir(zookit))
    assert zookit.__version__
    with pytest.raises(AttributeError, match="runn"):
        zookit.runn  # type: ignore[attr-defined]  # noqa: B018


def test_a_warning_says_how_to_rebuild_a_run_of_instances(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    zookit.run(Lopsided(), Mean(), epochs=1, runs_dir=tmp_path, quiet=True)
    lines = [line for line in capfd.readouterr().err.splitlines() if "not registered" in line]
    assert len(lines) == 2
    assert "instances=[Lopsided(...)]" in lines[0]
    assert "instances=[Mean(...)]" in lines[1]


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("train", r"zookit\.run\("),
        ("predict", r"open_run\('latest'\)\.predict"),
        ("load", r"zookit\.load_data\(.*zookit\.open_run\("),
        ("open", r"zookit\.open_run\("),
        ("list", r"zookit\.registry.*zookit\.list_runs\("),
        ("datasets", r"zookit\.registry\.datasets"),
        ("Architecture", r"zookit\.core\.Architecture"),
    ],
)
def test_a_function_that_there_is_not_names_what_there_is(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=instead):
        getattr(zookit, name)


def test_a_run_is_no_folder_of_runs() -> None:
    with pytest.raises(zookit.ZookitError, match=r"\[zookit\.open_run\('latest'\)\]"):
        zookit.compare("latest")
