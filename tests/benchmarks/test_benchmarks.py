"""The benchmarks run, on the bundled samples, and report plausible numbers.

Most sides import TensorFlow or PyTorch in a process of their own, so most tests are slow.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import training
from conftest import ROOT

BENCHMARKS = ROOT / "benchmarks"
SAMPLES = ROOT / "plugins" / "datasets" / "samples"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled samples, in folders like those of the full data sets."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("fashion_mnist", "horse_or_human"):
        shutil.copytree(SAMPLES / name, folder / name.replace("_", "-"))
    return folder


def run(script: str, *arguments: str | Path) -> str:
    """Run a benchmark and return what it prints."""
    ended = subprocess.run(
        [sys.executable, BENCHMARKS / script, *arguments],
        env={**os.environ, "PYTHONPATH": str(BENCHMARKS)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def measured(
    script: str, folder: Path, sides: list[str], *arguments: str | Path
) -> dict[str, dict[str, Any]]:
    """Run one round of these sides; return the only run of each, after checking its numbers."""
    file = folder / "found.json"
    run(script, "--json", file, "--rounds", "1", *arguments, "--sides", *sides)
    found = json.loads(file.read_text())
    assert list(found["sides"]) == sides
    runs = {name: each["runs"][0] for name, each in found["sides"].items()}
    for each in runs.values():
        assert 5 < each["memory"] < 100_000
        for epoch in each["report"].get("epochs", ()):
            assert 0 < epoch["wall"] < each["wall"]
            assert 0 < epoch["cpu"] < each["cpu"]
    for side in found["sides"].values():
        assert all(cell["value"] > 0 for cell in side["summary"].values())
    return runs


@pytest.mark.parametrize(
    ("architecture", "sides"),
    [
        pytest.param("dense", ["keras", "zookit"], marks=pytest.mark.slow),
        pytest.param("cnn", ["keras-tuned", "zookit-auto"], marks=pytest.mark.slow),
        pytest.param(
            "dense",
            ["pytorch", "keras-jax"],
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(
                    find_spec("torch") is None or find_spec("jax") is None,
                    reason="PyTorch and JAX are optional",
                ),
            ],
        ),
    ],
)
def test_training(data: Path, tmp_path: Path, architecture: str, sides: list[str]) -> None:
    arguments = f"--architecture {architecture} --images 256 --epochs 2 --seeds 7".split()
    runs = measured("training.py", tmp_path, sides, *arguments, "--data", data)
    assert str(data) not in (tmp_path / "found.json").read_text()
    for each in runs.values():
        assert len(each["report"]["epochs"]) == 2
        assert 0.2 < each["report"]["accuracy"] < 0.9


def test_training_on_the_first_images(data: Path, tmp_path: Path) -> None:
    training._cut(data / "fashion-mnist", tmp_path / "cut", 3)
    for name, size in (("train-images-idx3", 16 + 3 * 784), ("t10k-labels-idx1", 8 + 3)):
        with gzip.open(tmp_path / "cut" / f"{name}-ubyte.gz") as file:
            content = file.read()
        assert len(content) == size
        assert int.from_bytes(content[4:8]) == 3


@pytest.mark.slow
def test_folder(data: Path, tmp_path: Path) -> None:
    sides = ["generator", "dataset", "zookit", "zookit-first"]
    arguments = ["--epochs", "2", "--batch-size", "32"]
    runs = measured("folder.py", tmp_path, sides, *arguments, "--data", data)
    assert {each["report"]["images"] for each in runs.values()} == {128}


def test_startup(tmp_path: Path) -> None:
    troubled = "zookit list, 20 plugins, 7 of them troubled"
    sides = ["zookit --help, 0 plugins", "zookit list, 3 plugins", troubled]
    measured("startup.py", tmp_path, sides, "--plugins", "0", "3")


@pytest.mark.slow
def test_installed_models(tmp_path: Path) -> None:
    sides = ["zookit list models, 0 models", "zookit list models, 3 models"]
    measured("installed_models.py", tmp_path, sides, "listing", "--models", "3")
    measured("installed_models.py", tmp_path, ["report run", "report model"], "using")


@pytest.mark.parametrize(
    "side", ["NumPy, one thread", pytest.param("XLA, one thread", marks=pytest.mark.slow)]
)
def test_floor(tmp_path: Path, side: str) -> None:
    measured("floor.py", tmp_path, [side], "--steps", "200", "--epochs", "2")


@pytest.mark.slow
def test_predicting(tmp_path: Path) -> None:
    sides = ["plain", "zookit-fifth"]
    runs = measured("predicting.py", tmp_path, sides, "files", "--images", "40")
    assert [each["report"]["images"] for each in runs.values()] == [40, 8]
    runs = measured("predicting.py", tmp_path, ["keras-256", "zookit"], "arrays", "--images", "40")
    best = [each["report"]["mean_of_best"] for each in runs.values()]
    assert best[0] == pytest.approx(best[1], abs=1e-4)


@pytest.mark.slow
def test_serving(tmp_path: Path) -> None:
    arguments = ["--seconds", "0.5", "--connections", "4"]
    report = measured("serving.py", tmp_path, ["zookit"], *arguments)["zookit"]["report"]
    assert 0 < report["p50"] <= report["p99"] < 5
    assert report["correct"] > 0.9 * report["requests"]


@pytest.mark.slow
def test_checkpoints(data: Path) -> None:
    arguments = ["--architecture", "dense:8", "--epochs", "2", "--rounds", "1"]
    header, row = run("checkpoints.py", *arguments, "--data", data).splitlines()
    assert header.split()[0] == "architecture"
    name, megabytes, written, seconds, trained, share = row.split()
    assert name == "dense:8"
    assert 1 <= int(written) <= 2
    assert float(megabytes) > 0
    assert 0 < float(seconds) < float(trained)
    assert float(share) == pytest.approx(float(seconds) / float(trained), abs=0.01)


@pytest.mark.slow
def test_phases(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    run("phases.py", "--rounds", "1", "--epochs", "2", "--data", data, "--json", file)
    (phases,) = json.loads(file.read_text())
    *parts, whole = phases.values()
    assert len(parts) == 11
    # Two epochs, so each phase happens once.
    assert sum(wall for wall, _ in parts) == pytest.approx(whole[0])
    assert sum(cpu for _, cpu in parts) == pytest.approx(whole[1])
    assert all(wall >= 0 for wall, _ in parts)


@pytest.mark.slow
def test_fine_tuning(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    few = ("--seeds", "1", "--few", "8", "--many", "8", "--epochs", "1")
    table = run("fine_tuning.py", "--data", data, "--tasks", "fashion_mnist", *few, "--json", file)
    (accuracies,) = json.loads(file.read_text()).values()
    assert list(accuracies) == ["nothing", "init", "frozen"]
    assert all(0 < each < 1 for (each,) in accuracies.values())
    assert f"| init | {accuracies['init'][0]:.4f} |" in table


@pytest.mark.slow
def test_further_cell(data: Path, tmp_path: Path) -> None:
    sides = ["dense with dropout"]
    arguments = ("--data", data, "--cells", "1", "--epochs", "2")
    (runs,) = measured("further_cell.py", tmp_path, sides, *arguments).values()
    assert list(runs["report"]) == ["cold", "new", "same"]


@pytest.mark.slow
def test_a_large_sweep_is_simulated() -> None:
    pytest.importorskip("distributed")
    options = ("--cells", "20", "--workers", "4", "--seconds", "0.2", "--json")
    found = json.loads(run("sweep_scale.py", *options).splitlines()[-1])
    assert found["cells"] == 20
    assert 20 * 0.2 / 4 < found["wall s"] < 60
    assert 0 < found["memory before MB"] <= found["memory peak MB"]
