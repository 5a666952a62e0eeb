"""`zookit sweep`: what it trains and what it shows."""

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from conftest import ROOT, Command, Outcome
from made_files import here
from small_runs import copy_run, small_images, small_run, threads_of_this_process

from zookit.cli.sweep_result import (
    ResultOptions,
    attach_command,
    grid_of_sweep,
    show_result,
)
from zookit.core import TrainingFailed
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.sweep import plan, read_request

__all__ = ["here"]

Sweep = Callable[..., Outcome]
SMALL = ("--epochs", "2", "--batch-size", "4", "--learning-rate", "0.01")


@pytest.fixture
def sweep(zookit: Command, tmp_path: Path) -> Sweep:
    """Run a sweep in a folder that has its only run already, so that nothing is trained."""
    copy_run(small_run(), tmp_path)
    words = ("-d", small_images(), "-a", "dense:8,dropout=0.1", *SMALL)
    return lambda *more: zookit("sweep", *words, "--threads", str(threads_of_this_process()), *more)


def test_what_is_trained_is_not_trained_again(sweep: Sweep) -> None:
    outcome = sweep()
    assert outcome.code == 0, outcome
    assert "1 cell: 1 finished, 1 of them before" in outcome.out
    assert f"zookit predict runs/{small_run().name} IMAGE" in outcome.out


def test_what_does_not_fit_is_named_and_left_out(sweep: Sweep) -> None:
    outcome = sweep("--callbacks", "", "--callbacks", "early_stopping:3")
    assert outcome.code == 0, outcome
    assert "left out" in outcome.err
    assert "val_loss" in outcome.err
    assert "1 cell: 1 finished" in outcome.out


def test_a_learning_search_of_which_nothing_fits_is_an_error(sweep: Sweep) -> None:
    outcome = sweep("--callbacks", "early_stopping:3", "--search", "optuna:trials=2")
    assert outcome.code == 2
    assert "val_loss" in outcome.err


def test_what_is_not_measured_ranks_nothing(sweep: Sweep, tmp_path: Path) -> None:
    outcome = sweep("--by", "acuracy")
    assert outcome.code == 2
    assert all(fact in outcome.err for fact in ("'acuracy'", "'accuracy'", "--metric"))
    assert not (tmp_path / "runs" / "sweep.toml").exists()


def test_a_run_that_is_gone_when_the_sweep_ends_has_failed(sweep: Sweep, tmp_path: Path) -> None:
    sweep()
    planned = plan(*read_request(tmp_path / "runs"), tmp_path / "runs")
    planned.close()
    shutil.rmtree(tmp_path / "runs" / small_run().name)
    (cell,) = grid_of_sweep(planned, "accuracy").cells
    assert (cell.status, cell.run) == ("failed", None)
    with pytest.raises(TrainingFailed, match=r"1 of 1 cell.* --attach .*runs"):
        show_result(planned, tmp_path / "runs", ResultOptions())


HANGS = """
import os
import time
from dataclasses import dataclass
from pathlib import Path

import keras

from zookit.core import Callback


class Sleep(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        Path(PLACE).write_text(str(os.getpid()))
        while True:
            time.sleep(0.1)


@dataclass(frozen=True)
class Hangs(Callback):
    def build(self):
        return Sleep()
"""
LOUD = """
from dataclasses import dataclass

from zookit.core import Listener

print("noise")


@dataclass(frozen=True)
class Ear(Listener):
    pass
"""


@pytest.mark.usefixtures("here")
def test_what_a_file_prints_is_not_in_the_result_for_programs(sweep: Sweep) -> None:
    Path("loud.py").write_text(LOUD, encoding="utf-8")
    outcome = sweep("--csv", "--with", "./loud.py:Ear")
    assert outcome.out.startswith("dataset,")
    assert outcome.out.endswith("\n")
    assert not outcome.out.endswith("\n\n")
    assert "noise" in outcome.err


def test_the_result_as_json_and_csv(sweep: Sweep) -> None:
    found = json.loads(sweep("--json").out)
    (cell,) = found["cells"]
    assert (cell["status"], cell["kept"], cell["values"]["seed"]) == ("finished", True, "0")
    (row,) = csv.DictReader(StringIO(sweep("--csv").out))
    assert row["architecture"] == "dense:8,dropout=0.1"
    assert float(row["test_accuracy"]) == found["combinations"][0]["test_accuracy"]
    assert "--csv" in sweep("--json", "--csv").message()


def test_the_last_sweep_of_a_folder_is_continued_by_its_name(
    sweep: Sweep, zookit: Command, tmp_path: Path
) -> None:
    sweep()
    outcome = zookit("sweep", "--attach", "runs", "--report", "sweep.html")
    assert outcome.code == 0, outcome
    assert "1 of them before" in outcome.out
    assert "Sweep of 1 cell" in (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "elsewhere" in zookit("sweep", "--attach", "elsewhere").message()


def test_runs_that_differ_are_taken_only_if_asked_for(sweep: Sweep, tmp_path: Path) -> None:
    (file,) = (tmp_path / "runs").glob("*/environment.json")
    environment = json.loads(file.read_text())
    assert environment["components"][1]["owner"].startswith("zookit==")
    outcome = sweep("--accept-versions", "--reuse", "any")
    assert "another way" not in outcome.out


@pytest.mark.slow
def test_bad_cells_are_reported_and_the_others_trained(tmp_path: Path) -> None:
    reasons = {"abort": "SIGABRT", "hang": "15 s", "eat": "memory", "raise": "no luck"}
    sets = [[], *([f"harm:how={how}"] for how in reasons)]
    others: list[dict[str, object]] = [{"architecture": "dense:8"}]
    others += [{"seed": seed} for seed in (1, 2, 3)]
    once = [{"callbacks": ["harm"], **only} for only in others]
    request = SweepRequest.of(
        datasets=[small_images()],
        architectures=["dense:4", "dense:8"],
        callbacks=sets,
        seeds=4,
        exclude=once,
        options={"epochs": 2, "batch_size": 4},
    )
    file = tmp_path / "bad.toml"
    file.write_text(request.to_toml())
    plugin = str(ROOT / "tests" / "support" / "bad_cells.py")
    command = [sys.executable, "-m", "zookit", "--plugin", plugin, "sweep", "--from", str(file)]
    ended = subprocess.run(
        [*command, "--limit", "15", "--json", "--runs-dir", str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert ended.returncode == 2, ended.stderr
    cells = json.loads(ended.stdout)["cells"]
    healthy = [each for each in cells if not each["values"]["callbacks"]]
    assert [each["status"] for each in healthy] == ["finished"] * 8
    for how, reason in reasons.items():
        (cell,) = [each for each in cells if each["values"]["callbacks"] == f"harm:how={how}"]
        assert cell["status"] == "failed", cell
        assert reason in cell["reason"], cell
    last = ended.stderr.splitlines()[-1]
    assert all(fact in last for fact in ("4 of 12 cells failed", "--plugin", "bad_cells.py"))


@pytest.mark.usefixtures("here")
def test_the_command_that_continues_names_every_file_that_is_needed(
    sweep: Sweep, zookit: Command, tmp_path: Path
) -> None:
    Path("loud.py").write_text(LOUD, encoding="utf-8")
    sweep("--with", "./loud.py:Ear")
    shutil.rmtree(tmp_path / "runs" / small_run().name)
    planned = plan(*read_request(tmp_path / "runs"), tmp_path / "runs")
    planned.close()
    command = attach_command(planned, tmp_path / "runs")
    assert "--plugin loud.py" in command
    assert zookit(*shlex.split(command)[1:], "--limit", "x").code == 2


@pytest.mark.slow
def test_ctrl_c_twice_waits_for_no_callback(tmp_path: Path) -> None:
    text = HANGS.replace("PLACE", repr(str(tmp_path / "hangs")))
    (tmp_path / "slow.py").write_text(text, encoding="utf-8")
    words = ["-d", "mnist", "-a", "dense:8", "--callbacks", "./slow.py:Hangs", "--data", "sample"]
    with subprocess.Popen(
        [sys.executable, "-m", "zookit", "sweep", *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        while not (tmp_path / "hangs").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        while "Ctrl-C again" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=25) == 130  # the callback hangs for much longer
    os.kill(int((tmp_path / "hangs").read_text()), signal.SIGKILL)


@pytest.mark.slow
def test_ctrl_c_stops_a_sweep_which_can_be_continued(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zookit", "sweep"]
    words = ["-d", "mnist", "-a", "dense:8", "--data", "sample", "--epochs", "500", "--seeds", "3"]
    process = subprocess.Popen(
        [*command, *words],
        cwd=tmp_path,
        env={**os.environ, "ZOOKIT_CHECKPOINT_MINUTES": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    jobs = tmp_path / "runs" / ".sweep" / "local" / "jobs"
    while not any(jobs.glob("*/*/history.csv")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert err.splitlines()[-1].endswith("zookit sweep --attach runs")
    interrupted = [each for each in (tmp_path / "runs").iterdir() if each.name[0].isdigit()]
    assert interrupted
    statuses = {json.loads((each / "metrics.json").read_text())["status"] for each in interrupted}
    assert statuses == {"interrupted"}
