"""The wheel contains the files of the tree, and works without the tree."""

import configparser
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path, PurePosixPath

import pytest
from made_wheel import ROOMS, ROOT, build_wheel

SAMPLES = "plugins/datasets/samples"
# Besides Python files, a wheel has what is in these.
DATA_FOLDERS = ("page", "shells", "templates")


def tree() -> Iterator[str]:
    """The files that the wheel should contain, by their names in the wheel."""
    for room, package in ROOMS.items():
        for path in (ROOT / room).rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            is_sample, is_model = name.startswith(SAMPLES), room.startswith("zoo/models/")
            # The script that made the samples is for the tree alone.
            is_code = path.suffix == ".py" and not is_sample
            is_data = path.name == "py.typed" or path.parent.name in DATA_FOLDERS
            is_ours = is_code or is_data or is_model or (is_sample and path.suffix != ".py")
            if is_ours and path.is_file() and "__pycache__" not in path.parts:
                yield f"{package}/{path.relative_to(ROOT / room).as_posix()}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel of the tree."""
    with zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("build"))) as opened:
        yield opened


def metadata_file(wheel: zipfile.ZipFile, name: str) -> bytes:
    (found,) = (each for each in wheel.namelist() if each.endswith(f".dist-info/{name}"))
    return wheel.read(found)


def test_the_wheel_holds_what_the_tree_holds_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = set(tree())
    assert {"zookit/py.typed", "zookit/cli/app.py", "zookit/core/words.py"} <= expected
    assert expected - held == set(), "missing from the wheel: list the package in pyproject.toml"
    assert held - expected == set(), "in the wheel, but not of the tree"


def test_binary_files_are_the_same_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    for room, package in ROOMS.items():
        for path in (ROOT / room).rglob("*.gz"):
            name = f"{package}/{path.relative_to(ROOT / room).as_posix()}"
            assert wheel.read(name) == path.read_bytes()


def test_the_licences_of_code_and_samples_are_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    licences = {
        name.partition(".dist-info/licenses/")[2]
        for name in wheel.namelist()
        if ".dist-info/licenses/" in name
    }
    samples = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / SAMPLES).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert len(samples) >= 3
    assert licences == {"LICENSE", *(f"{sample}/LICENSE.txt" for sample in samples)}
    metadata = message_from_bytes(metadata_file(wheel, "METADATA"))
    assert metadata["License-Expression"] == "MIT AND CC-BY-SA-3.0 AND CC-BY-2.0"
    assert sorted(metadata.get_all("License-File") or []) == sorted(licences)


def test_the_entry_points_are_those_of_the_tree(wheel: zipfile.ZipFile) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    points = configparser.ConfigParser(delimiters="=")
    points.read_string(metadata_file(wheel, "entry_points.txt").decode())
    held = {group: dict(points[group]) for group in points.sections()}
    assert held == {**project["entry-points"], "console_scripts": project["scripts"]}
    names = set(wheel.namelist())
    for group, declared in held.items():
        for value in declared.values():
            if group == "zookit.models":
                assert {f"{value}/experiment.toml", f"{value}/card.md"} <= names
                assert not any(name.startswith(value) and name.endswith(".py") for name in names)
                continue
            module = PurePosixPath(*value.partition(":")[0].split("."))
            assert f"{module}.py" in names, f"{value} in {group}"


def test_the_wheel_works_by_itself(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    site = tmp_path / "site"
    wheel.extractall(site)
    # Installed plainly, even Python's own -m is not taken in by a folder of that name.
    work = tmp_path / "work"
    (work / "zookit").mkdir(parents=True)
    (work / "zookit" / "cli.py").write_text("raise RuntimeError('taken over')")
    code = "import zookit.core.words as words; print(words.__file__)"
    show = ["-m", "zookit", "show", "mnist_cnn"]  # found through RECORD, and checked against it
    for command in (["-c", code], show, ["-m", "zookit", "list", "--json"]):
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=work,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        if "-c" in command:
            assert Path(ended.stdout.strip()) == site / "zookit" / "core" / "words.py"
        if command is show:
            assert "# mnist_cnn" in ended.stdout
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = json.loads(ended.stdout)
    for kind, entries in listed.items():
        own = {each["name"] for each in entries if each["full_name"].startswith("zookit/")}
        assert own == set(project["entry-points"].get(f"zookit.{kind}", {}))
