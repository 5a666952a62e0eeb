"""The benchmarks run, on the bundled samples, and their numbers are of the kind they should be."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

BENCHMARKS = ROOT / "benchmarks"
SAMPLES = ROOT / "plugins" / "datasets" / "samples"

SMALLEST = """
import sys

from measuring import MEMORY, WALL, Column, Command, Side, compare, last_line, parser


def side(name, program, *needs):
    command = Command([sys.executable, "-c", program])
    return Side(name, lambda _: command, last_line, needs)


told = Column("told", lambda run: run.report["told"], ratio=True)
tell = "import json; print('heard'); print(json.dumps({'told': "
sides = [
    side("small", tell + "2}))"),
    side("big", "held = b'x' * 200_000_000; " + tell + "3}))"),
    side("absent", "", "no_such_module"),
    side("broken", "raise SystemExit('all is lost')"),
]
compare(sides, [told, WALL, MEMORY], parser("", 2).parse_args())
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled samples, laid out as the whole sets are."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("fashion_mnist", "horse_or_human"):
        shutil.copytree(SAMPLES / name, folder / name.replace("_", "-"))
    return folder


def measured(script: Path, out: Path, *arguments: str | Path) -> tuple[str, dict[str, Any]]:
    """The table and the numbers of a benchmark that was run."""
    ended = started(script, "--json", out, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, json.loads(out.read_text())


def started(script: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, script, *arguments],
        env={**os.environ, "PYTHONPATH": str(BENCHMARKS)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def check(table: str, found: dict[str, Any], sides: list[str]) -> None:
    """Every side was measured, every number is positive, the base is compared with itself."""
    assert found["format"] == 1
    assert list(found["sides"]) == sides
    assert found["base"] == sides[0]
    assert found["machine"]["versions"]["zookit"]
    for side in found["sides"].values():
        assert len(side["runs"]) == found["settings"]["rounds"]
        for run in side["runs"]:
            assert run["wall"] > 0
            assert run["cpu"] > 0
            assert 5 < run["memory"] < 100_000
            for epoch in run["report"].get("epochs", ()):
                assert 0 < epoch["wall"] < run["wall"]
                assert 0 < epoch["cpu"] < run["cpu"]
        assert all(cell["value"] > 0 for cell in side["summary"].values())
    for cell in found["sides"][sides[0]]["summary"].values():
        assert cell["ratio"] in (1, None)
    header, rule, *rows = table.splitlines()
    assert set(rule) == set("|-: ")
    assert [row.split("|")[1].strip() for row in rows] == sides
    assert {line.count("|") for line in (header, rule, *rows)} == {header.count("|")}


def test_what_is_measured(tmp_path: Path) -> None:
    script = tmp_path / "smallest.py"
    script.write_text(SMALLEST)
    table, found = measured(script, tmp_path / "found.json", "--sides", "small", "big", "absent")
    check(table, found, ["small", "big"])
    small, big = (found["sides"][name]["summary"] for name in ("small", "big"))
    assert big["told"] == {"value": 3.0, "ratio": 1.5}
    assert big["peak MB"]["value"] > 200 > small["peak MB"]["value"]


def test_what_cannot_be_measured(tmp_path: Path) -> None:
    script = tmp_path / "smallest.py"
    script.write_text(SMALLEST)
    absent = started(script, "--sides", "absent")
    assert "absent is left out: no_such_module is not installed." in absent.stderr
    assert absent.returncode == 1
    broken = started(script, "--sides", "small", "broken")
    assert broken.returncode == 1
    assert "all is lost" in broken.stderr
    assert "no side 'bgi'. Sides: small, big, absent, " in started(script, "--sides", "bgi").stderr


@pytest.mark.parametrize(
    ("architecture", "sides"),
    [
        ("dense", ["keras", "zookit"]),
        ("cnn", ["keras-tuned"]),
        pytest.param(
            "dense",
            ["pytorch", "keras-jax"],
            marks=pytest.mark.skipif(
                find_spec("torch") is None or find_spec("jax") is None,
                reason="neither PyTorch nor JAX need be installed",
            ),
        ),
    ],
)
def test_training(data: Path, tmp_path: Path, architecture: str, sides: list[str]) -> None:
    arguments = f"--architecture {architecture} --rounds 1 --images 256 --epochs 2 --seeds 7"
    table, found = measured(
        BENCHMARKS / "training.py",
        tmp_path / "found.json",
        *arguments.split(),
        "--data",
        data,
        "--sides",
        *sides,
    )
    check(table, found, sides)
    assert str(data) not in json.dumps(found)
    for side in found["sides"].values():
        (run,) = side["runs"]
        assert len(run["report"]["epochs"]) == 2
        assert 0.2 < run["report"]["accuracy"] < 0.9


def test_folder(data: Path, tmp_path: Path) -> None:
    sides = ["generator", "dataset", "zookit"]
    arguments = "--rounds 1 --epochs 2 --batch-size 32"
    table, found = measured(
        BENCHMARKS / "folder.py",
        tmp_path / "found.json",
        *arguments.split(),
        "--data",
        data,
        "--sides",
        *sides,
    )
    check(table, found, sides)
    assert {side["runs"][0]["report"]["images"] for side in found["sides"].values()} == {128}


def test_startup(tmp_path: Path) -> None:
    sides = [
        "zookit --help, 0 plugins",
        "zookit list, 0 plugins",
        "zookit list, 3 plugins",
        "zookit list, 20 plugins, 7 of them troubled",
    ]
    table, found = measured(
        BENCHMARKS / "startup.py",
        tmp_path / "found.json",
        *("--rounds", "1", "--plugins", "0", "3", "--sides", *sides),
    )
    check(table, found, sides)


def test_floor(tmp_path: Path) -> None:
    sides = ["NumPy, one thread", "XLA, one thread"]
    table, found = measured(
        BENCHMARKS / "floor.py",
        tmp_path / "found.json",
        *("--rounds", "1", "--steps", "200", "--epochs", "2", "--sides", *sides),
    )
    check(table, found, sides)


def test_predicting(tmp_path: Path) -> None:
    sides = ["plain", "zookit-fifth"]
    table, found = measured(
        BENCHMARKS / "predicting.py",
        tmp_path / "found.json",
        *["files", "--images", "40", "--rounds", "1", "--sides", *sides],
    )
    check(table, found, sides)
    pictures = [side["runs"][0]["report"]["pictures"] for side in found["sides"].values()]
    assert pictures == [40, 8]


def test_checkpoints(data: Path) -> None:
    arguments = ["--architecture", "dense:8", "--epochs", "2", "--rounds", "1"]
    ended = started(BENCHMARKS / "checkpoints.py", *arguments, "--data", data)
    assert ended.returncode == 0, ended.stderr
    header, row = ended.stdout.splitlines()
    assert header.split()[0] == "architecture"
    name, megabytes, written, seconds, training, share = row.split()
    assert name == "dense:8"
    assert 1 <= int(written) <= 2
    assert float(megabytes) > 0
    assert float(share) == pytest.approx(float(seconds) / float(training), abs=0.01)
