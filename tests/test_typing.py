"""What type checkers and editors know about the public Python API."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import keras
import numpy as np
import zookit
from zookit.plugins import Dense, StopAtLoss

run = zookit.run("mnist", Dense(units=(64,)), [StopAtLoss(0.4)], epochs=2, precision="float32")
status: str = run.status
accuracy: float = run.metrics["accuracy"]
learning_rate: object = run.experiment.optimizer.parameters["learning_rate"]
model: keras.Model = run.model()
probabilities = run.predict(np.zeros((1, 28, 28, 1), np.uint8))
label: int = int(probabilities.argmax(1)[0])
better: zookit.Run = run.resume(epochs=4).refresh()
worst: float = run.evaluate(on="fashion_mnist").recall.min()
page = run.report().read_text()
exported = run.export("keras").name
same: bool = run.reproduce().identical
tuned = zookit.run("mnist", Dense(units=(64,)), init=run, freeze="body")
for table in zookit.compare(zookit.list_runs("runs")).tables:
    print(table.title, [row.rank for row in table.rows])
images = zookit.load_data("mnist", "sample").splits.train.images
owner: str | None = zookit.registry.datasets.build("mnist").owner
"""

WRONG = {
    "an unknown setting": 'zookit.run("mnist", "dense", epoch=2)',
    "a value that is none": 'zookit.run("mnist", "dense", precision="bf16")',
    "a value of another type": 'zookit.run("mnist", "dense", epochs="two")',
    "a start that is no run": 'zookit.run("mnist", "dense", init=3)',
    "an unknown attribute": 'zookit.open_run("latest").accuracy',
    "a format of another kind": 'zookit.open_run("latest").export(Dense())',
    "an unknown name": 'zookit.trian("mnist", "dense")',
    "a component of another kind": 'zookit.run(Dense(), "dense")',
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the correct program, and one program for each wrong line."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "right.py").write_text(PROGRAM)
    for at, line in enumerate(WRONG.values()):
        source = f"import zookit\nfrom zookit.plugins import Dense\n\n\n{line}\nDense()\n"
        (folder / f"wrong_{at}.py").write_text(source)
    return folder


def assert_only_wrong_lines(errors: dict[str, list[str]]) -> None:
    assert errors.pop("right.py", []) == []
    found = {int(name.removeprefix("wrong_").removesuffix(".py")) for name in errors}
    missed = [name for at, name in enumerate(WRONG) if at not in found]
    assert missed == []
    assert all(len(lines) == 1 for lines in errors.values()), errors


@pytest.mark.slow
def test_mypy_accepts_what_is_right_and_refuses_what_is_wrong(programs: Path) -> None:
    ended = subprocess.run(
        # Keras ships no types: mypy takes what it returns for Any.
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "."],
        cwd=programs,
        env={**os.environ, "MYPY_CACHE_DIR": os.environ.get("MYPY_CACHE_DIR", os.devnull)},
        capture_output=True,
        text=True,
        check=False,
    )
    errors: dict[str, list[str]] = {}
    for line in ended.stdout.splitlines():
        name, _, rest = line.partition(":")
        if ": error:" in line and os.sep not in name:
            errors.setdefault(name, []).append(rest)
    assert_only_wrong_lines(errors)


@pytest.mark.slow
def test_pyright_accepts_what_is_right_and_refuses_what_is_wrong(programs: Path) -> None:
    pytest.importorskip("pyright")
    (programs / "pyrightconfig.json").write_text(
        json.dumps({"pythonPath": sys.executable, "extraPaths": _source_paths()})
    )
    ended = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=programs,
        capture_output=True,
        text=True,
        check=False,
    )
    errors: dict[str, list[str]] = {}
    for each in json.loads(ended.stdout)["generalDiagnostics"]:
        if each["severity"] == "error":
            errors.setdefault(Path(each["file"]).name, []).append(each["message"])
    assert_only_wrong_lines(errors)


def _source_paths() -> list[str]:
    """Where checkers look for sources beside the environment, as MYPYPATH names it."""
    return [path for path in os.environ.get("MYPYPATH", "").split(os.pathsep) if path]
