"""`zookit runs`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command
from edited_runs import RunMaker, callbacks
from made_runs import digits
from rich.cells import cell_len

from zookit.runs.naming import find_run

pytestmark = pytest.mark.xdist_group("leaderboard")


def test_a_trained_run_is_listed(zookit: Command) -> None:
    run = digits()
    listed = zookit("runs", "--runs-dir", run.folder.parent)
    assert listed.code == 0, listed
    # The data and the architecture may take several lines.
    line = next(line for line in listed.out.splitlines() if line.startswith(run.name))
    assert line.split()[:3] == [run.name, "finished", "1"]
    assert f"{run.metrics['accuracy']:.4f}" in line
    assert "mnist, sample" in line
    assert "dense:units=8," in listed.out


def test_runs_are_listed_the_newest_last(zookit: Command, make: RunMaker) -> None:
    names = ["20261122-090000-aaaaaaaa", "20261121-090000-bbbbbbbb", "20251122-090000-cccccccc"]
    for name in names:
        make(name)
    found = json.loads(zookit("runs", "--json").out)
    assert [each["run"] for each in found] == sorted(names)
    lines = zookit("runs").out.splitlines()
    assert [line.split()[0] for line in lines if line[:2] == "20"] == sorted(names)
    assert find_run("latest", Path("runs")).name == max(names)


def test_json_has_the_experiment_the_data_and_the_results(zookit: Command, make: RunMaker) -> None:
    run = make(seed=3, validation=0.25, test=0.75, epochs=1, units=[8, 4])
    (found,) = json.loads(zookit("runs", "--json").out)
    assert found == {
        "run": run.name,
        "folder": str(run.folder),
        "started": None,
        "status": "finished",
        "epochs": 1,
        "epochs_requested": 1,
        "training_accuracy": 0.1,
        "validation_accuracy": 0.25,
        "test_accuracy": 0.75,
        "seconds": 2.5,
        "data": "mnist",
        "data_origin": "sample",
        "data_hash": run.environment.data.hash,
        "architecture": "dense:units=8+4,activation=relu,dropout=0.0",
        "optimizer": run.experiment.optimizer.words,
        "callbacks": ["stop_at_loss:threshold=0.001,monitor=loss"],
        "seed": 3,
        "identity": run.environment.identity,
        "group": run.environment.group,
    }
    assert found["optimizer"].startswith("adam")


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_damaged_and_other_folders_are_skipped_with_a_warning(
    zookit: Command, make: RunMaker, command: str
) -> None:
    good = make()
    make("broken")
    Path("runs/broken/history.csv").write_text("no history")
    Path("runs/old").mkdir()
    shutil.copytree(good.folder, "runs/newer")
    Path("runs/newer/environment.json").write_text('{"format": 99}')
    Path("runs/a[b]\n").mkdir()
    Path("runs/notes.txt").write_text("")
    Path("runs/.hidden").mkdir()
    ended = zookit(command, "--json")
    assert ended.code == 0, ended
    found = json.loads(ended.out)
    if command == "compare":
        assert [each["runs"] for each in found["tables"][0]["rows"]] == [[good.name]]
    else:
        assert [each["run"] for each in found] == [good.name]
    lines = ended.err.splitlines()
    assert len(lines) == 4
    for name in ("broken", "old", "newer", r"a[b]\n"):
        assert any(line.startswith("zookit: ") and f"{name}: " in line for line in lines), name


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_a_folder_that_does_not_exist_is_an_error(zookit: Command, command: str) -> None:
    assert "missing does not exist" in zookit(command, "--runs-dir", "missing").message()


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_the_current_folder_may_be_the_folder_of_runs(
    zookit: Command, command: str, make: RunMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make()
    monkeypatch.chdir(run.folder.parent)
    assert "--runs-dir ." in zookit(command).out
    assert run.name in zookit("runs", "--runs-dir", ".").out


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_a_folder_without_runs(zookit: Command, command: str) -> None:
    Path("empty").mkdir()
    for options, named in (((), "runs has"), (("--runs-dir", "empty"), "empty has")):
        ended = zookit(command, *options)
        assert (ended.code, ended.err) == (0, "")
        assert named in ended.out
        assert "--runs-dir" in ended.out
    Path("file").write_text("")
    assert "file" in zookit(command, "--runs-dir", "file").message()
    assert zookit("runs", "--json").out == "[]\n"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_list_fits_the_terminal_and_loses_nothing(
    zookit: Command, make: RunMaker, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    runs = [make(units=[512, 256], validation=0.25), make(status="killed", dropout=0.25)]
    lines = zookit("runs").out.splitlines()
    assert all(cell_len(line) <= width for line in lines)
    together = "".join("".join(lines).split())
    headings = ("run", "status", "epochs", "validation", "test", "seconds")
    for text in (*headings, "0.2500", "killed", "units=512+256", "dropout=0.25", "mnist,sample"):
        assert text in together
    for run in runs:
        # In a narrow terminal the hash names the run.
        assert run.name in together or (width == 80 and run.name.rpartition("-")[2] in together)
    if width == 200:
        # Numbers are aligned to the right.
        ends = {
            line.index(each) + len(each)
            for line, each in zip(lines[:2], ("seconds", "2.5"), strict=True)
        }
        assert len(ends) == 1


def test_a_pipe_gets_whole_lines(
    zookit: Command, make: RunMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(units=[1])
    long = make(name="n" * 200)
    monkeypatch.delenv("COLUMNS")
    lines = zookit("runs").out.splitlines()
    assert len(lines) == 3
    assert any(line.startswith(long.name) for line in lines)
    assert any(run.name in line and run.experiment.architecture.words in line for line in lines)


def test_control_characters_are_escaped(zookit: Command, make: RunMaker) -> None:
    odd = "a[b]\x1b[31m\n[red]é"
    make(odd, experiment=callbacks(("acme/odd", {"text": "x[/]\n\x1b[2J"})))
    for command in ("runs", "compare"):
        shown = zookit(command)
        assert shown.code == 0, shown
        assert "\x1b" not in shown.out
        assert r"a[b]\x1b[31m" in shown.out


def test_neither_tensorflow_nor_a_plugin_is_imported(make: RunMaker, tmp_path: Path) -> None:
    """Otherwise reading hundreds of runs would wait for them."""
    for seed in range(3):
        make(seed=seed)
    program = """
import sys
from zookit.cli.app import main

for words in ("runs", "runs --json", "compare", "compare --csv", "compare latest"):
    sys.argv = ["zookit", *words.split()]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code
print(*sys.modules, file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ended.stdout.count("zookit: ") == 0
    assert ended.stdout.count("dense") >= 8
    modules = set(ended.stderr.split())
    assert {"zookit.runs.run", "zookit.leaderboard.leaderboard"} <= modules
    assert not {"tensorflow", "keras"} & modules
    assert not [name for name in modules if name.startswith("zookit.plugins.")]
