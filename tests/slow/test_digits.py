"""examples/zookit-digits in a fresh environment: used, upgraded, broken and uninstalled."""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from code_blocks import code_blocks
from conftest import ROOT
from fresh_environment import FreshEnvironment

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fresh environment")]

OWNER = "zookit-digits==1.0"


@pytest.fixture
def project(fresh: FreshEnvironment, tmp_path: Path) -> Iterator[Path]:
    """A copy of the package; it is uninstalled after the test."""
    copy = tmp_path / "zookit-digits"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "runs", ".*")
    shutil.copytree(ROOT / "examples" / "zookit-digits", copy, ignore=ignored)
    yield copy
    fresh.run("pip uninstall --quiet --yes zookit-digits", copy)


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_commands_of_its_readme(fresh: FreshEnvironment, project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    use, test = (block for language, block in code_blocks(text) if language == "bash")
    fresh.run(use, project)
    metrics = [json.loads(file.read_text()) for file in project.glob("runs/*/metrics.json")]
    assert [each["status"] for each in metrics] == ["finished"] * use.count("zookit run ")
    ended = fresh.run(test, project).out.splitlines()[-1]
    # Without the packages for ONNX and LiteRT, the exports are not tried.
    assert re.search(r" \d+ passed(, 1 skipped)? in ", ended)


def test_upgrading_breaking_and_uninstalling(
    fresh: FreshEnvironment, project: Path, tmp_path: Path
) -> None:
    def train(words: str) -> Path:
        ended = fresh.run(f"zookit run {words} --epochs 2 --json", tmp_path)
        return Path(json.loads(ended.out)["folder"])

    fresh.run("pip install --quiet .", project)
    first = train("digits residual stop_on_plateau")

    # Upgraded.
    replace(project / "pyproject.toml", 'version = "1.0"', 'version = "1.1"')
    replace(project / "src/zookit_digits/residual.py", "] = (16, 32)", "] = (8, 24)")
    fresh.run("pip install --quiet .", project)
    assert fresh.run("zookit list", tmp_path).out.count("zookit-digits==1.1") == 3
    second = train("digits residual stop_on_plateau")
    for run, owner, filters in ((first, OWNER, [16, 32]), (second, "zookit-digits==1.1", [8, 24])):
        assert owner in (run / "environment.json").read_text()
        experiment = tomllib.loads((run / "experiment.toml").read_text())
        assert experiment["architecture"]["parameters"]["filters"] == filters
    repeated = fresh.run(f"zookit run --from '{first}/experiment.toml' --json", tmp_path)
    architecture = json.loads(repeated.out)["experiment"]["architecture"]
    assert architecture["parameters"]["filters"] == [16, 32]

    # Broken.
    replace(project / "src/zookit_digits/residual.py", "class Residual", "klass Residual")
    fresh.run("pip install --quiet .", project)
    assert fresh.run("zookit list", tmp_path).out.count("zookit-digits==1.1") == 3
    message = fresh.message("zookit run digits residual", tmp_path)
    assert "'residual'" in message
    assert "zookit-digits==1.1" in message
    assert "SyntaxError" in message
    train("digits dense stop_on_plateau")
    doctor = fresh.run("zookit doctor", tmp_path, code=1)
    assert "zookit-digits==1.1" in doctor.out
    assert "SyntaxError" in doctor.out

    # Uninstalled.
    fresh.run("pip uninstall --quiet --yes zookit-digits", tmp_path)
    assert "zookit-digits" not in fresh.run("zookit list", tmp_path).out
    message = fresh.message("zookit run digits dense", tmp_path)
    assert "'digits'" in message
    assert "mnist" in message
