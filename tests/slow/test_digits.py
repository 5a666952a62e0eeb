"""examples/zookit-digits in a fresh environment: used, upgraded, broken and taken out."""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from fresh_environment import FreshEnvironment

# In one environment with tests/slow/test_new.py, one after the other.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("digits")]

OWNER = "zookit-digits==1.0"


@pytest.fixture
def project(fresh: FreshEnvironment, tmp_path: Path) -> Iterator[Path]:
    """A copy of the package; whatever was installed of it is taken out again."""
    copy = tmp_path / "zookit-digits"
    left = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "runs", ".*")
    shutil.copytree(ROOT / "examples" / "zookit-digits", copy, ignore=left)
    yield copy
    fresh.run("pip uninstall --quiet --yes zookit-digits", copy)


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_what_its_readme_says(fresh: FreshEnvironment, project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    use, test = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    fresh.run(use, project)
    kept = [json.loads(file.read_text()) for file in project.glob("runs/*/metrics.json")]
    assert [each["status"] for each in kept] == ["finished"] * use.count("zookit run ")
    ended = fresh.run(test, project).out.splitlines()[-1]
    assert " passed" in ended
    assert "skipped" not in ended


def test_its_life(fresh: FreshEnvironment, project: Path, tmp_path: Path) -> None:
    def kept(words: str) -> Path:
        ended = fresh.run(f"zookit run {words} --epochs 2 --json", tmp_path)
        return Path(json.loads(ended.out)["folder"])

    fresh.run("pip install --quiet .", project)
    first = kept("digits residual stop_on_plateau")

    # Upgraded.
    replace(project / "pyproject.toml", 'version = "1.0"', 'version = "1.1"')
    replace(project / "src/zookit_digits/residual.py", "] = (16, 32)", "] = (8, 24)")
    fresh.run("pip install --quiet .", project)
    assert fresh.run("zookit list", tmp_path).out.count("zookit-digits==1.1") == 3
    second = kept("digits residual stop_on_plateau")
    for run, owner, filters in ((first, OWNER, [16, 32]), (second, "zookit-digits==1.1", [8, 24])):
        assert owner in (run / "environment.json").read_text()
        kept_as = tomllib.loads((run / "experiment.toml").read_text())
        assert kept_as["architecture"]["parameters"]["filters"] == filters
    repeated = fresh.run(f"zookit run --from '{first}/experiment.toml' --json", tmp_path)
    architecture = json.loads(repeated.out)["experiment"]["architecture"]
    assert architecture["parameters"]["filters"] == [16, 32]

    # Broken.
    replace(project / "src/zookit_digits/residual.py", "class Residual", "klass Residual")
    fresh.run("pip install --quiet .", project)
    assert fresh.run("zookit list", tmp_path).out.count("zookit-digits==1.1") == 3
    message = fresh.message("zookit run digits residual", tmp_path)
    assert "'residual' of zookit-digits==1.1" in message
    assert "SyntaxError" in message
    kept("digits dense stop_on_plateau")
    told = fresh.run("zookit doctor", tmp_path, code=1)
    assert "zookit-digits==1.1" in told.out
    assert "SyntaxError" in told.out

    # Taken out.
    fresh.run("pip uninstall --quiet --yes zookit-digits", tmp_path)
    assert "zookit-digits" not in fresh.run("zookit list", tmp_path).out
    message = fresh.message("zookit run digits dense", tmp_path)
    assert "no data set named 'digits'" in message
    assert "Installed: fashion_mnist" in message
