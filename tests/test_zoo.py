"""The script that trains, checks and packages the zoo."""

import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import ROOT
from test_zoo_entries import ORIGIN, RESULT, TINY
from zoo_entries import Entry, Origin, read_entries, read_entry
from zoo_training import known_here, processor

import zoo

DATA = os.environ.get("ZOOKIT_TEST_DATA", "")
REPRODUCED = ("cifar10_dense", "cifar10_lenet5", "mnist_dense")
"""The entries that train in half a minute."""


class Zoo:
    """A folder of small entries, and the script that trains them."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.entries, self.runs = folder, folder / "entries", folder / "runs"
        self._environment = {**os.environ, "ZOOKIT_CACHE_DIR": str(cache)}
        self.entries.mkdir()
        for name, epochs in (("tiny", 2), ("long", 40)):
            text = TINY.replace("epochs = 2", f"epochs = {epochs}").replace("[0, 1]", "[0]")
            (self.entries / f"{name}.toml").write_text(text)

    def command(self, *arguments: str | Path) -> list[str]:
        script = (sys.executable, ROOT / "zoo" / "zoo.py")
        return [*map(str, script), *map(str, arguments), "--entries", str(self.entries)]

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self._environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=200,
        )

    def killed_after(self, line: str, *arguments: str | Path) -> None:
        """Kill the script, and its workers with it, once it has printed this."""
        with subprocess.Popen(
            self.command(*arguments),
            env=self._environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            assert any(line in each for each in process.stdout)
            os.killpg(process.pid, signal.SIGKILL)

    def entry(self, name: str) -> Entry:
        return read_entry(self.entries / f"{name}.toml")


@pytest.fixture(scope="module")
def tiny_zoo(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Zoo:
    return Zoo(tmp_path_factory.mktemp("zoo"), session_cache)


@pytest.mark.slow
@pytest.mark.xdist_group("zoo")
def test_what_is_killed_continues_and_has_the_same_weights_when_checked(tiny_zoo: Zoo) -> None:
    tiny_zoo.killed_after("long, seed 0: epoch 5/", "train", "--runs-dir", tiny_zoo.runs)
    continued = tiny_zoo("train", "--runs-dir", tiny_zoo.runs)
    assert continued.returncode == 0, continued.stderr
    lines = continued.stdout.splitlines()
    assert not any("long, seed 0: epoch 1/" in each for each in lines)
    assert any("finished" in each for each in lines)
    assert not tiny_zoo.entry("long").missing
    assert not tiny_zoo.entry("tiny").missing
    nothing = tiny_zoo("train", "--runs-dir", tiny_zoo.runs)
    assert "0 trainings" in nothing.stdout
    again = tiny_zoo("train", "tiny", "--again", "--runs-dir", tiny_zoo.runs)
    assert "tiny, seed 0: epoch 1/" in again.stdout

    checked = tiny_zoo("check", "--runs-dir", tiny_zoo.folder / "again")
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count("the same weights") == 2
    repetition = tiny_zoo.entry("long").notes.repetition
    assert repetition is not None
    assert repetition.weights == tiny_zoo.entry("long").notes.results[0].weights


@pytest.mark.slow
@pytest.mark.xdist_group("zoo")
def test_other_weights_are_reported_and_a_package_is_written(tiny_zoo: Zoo) -> None:
    if tiny_zoo.entry("tiny").missing:
        assert tiny_zoo("train", "tiny", "--runs-dir", tiny_zoo.runs).returncode == 0
    packaged = tiny_zoo(
        "package", "tiny", "--runs-dir", tiny_zoo.runs, "--to", tiny_zoo.folder / "out"
    )
    assert packaged.returncode == 0, packaged.stderr
    (wheel,) = (tiny_zoo.folder / "out" / "zookit-tiny" / "dist").glob("*.whl")
    assert "zookit_tiny/weights.safetensors" in zipfile.ZipFile(wheel).namelist()

    entry = tiny_zoo.entry("tiny")
    wrong = replace(entry.notes.results[0], weights="0" * 64)
    replace(entry, notes=replace(entry.notes, results=(wrong,))).write()
    again = tiny_zoo("check", "--again", "tiny", "--runs-dir", tiny_zoo.folder / "again")
    assert again.returncode == 1
    assert "tiny, seed 0: OTHER WEIGHTS" in again.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("zoo")
def test_what_does_not_belong_to_the_other_seeds_stops_no_other_entry(
    tmp_path: Path, session_cache: Path
) -> None:
    others = Zoo(tmp_path, session_cache)
    (others.entries / "long.toml").unlink()
    here = Origin(**{**asdict(ORIGIN), **known_here(), "data": "0" * 64})
    for name, origin in (("moved", replace(here, processor="another")), ("redrawn", here)):
        path = others.entries / f"{name}.toml"
        path.write_text(TINY)
        read_entry(path).with_result(RESULT, origin).write()

    ended = others("train", "--runs-dir", others.runs)
    assert ended.returncode == 2
    assert not others.entry("tiny").missing
    for name, fact in (("moved", "processor another"), ("redrawn", "data 0000")):
        assert others.entry(name).missing == (1,)
        assert fact in ended.stdout
        assert name in ended.stderr
    assert "moved, seed 1: epoch" not in ended.stdout
    assert "redrawn, seed 1: finished" in ended.stdout


@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="ZOOKIT_TEST_DATA does not name the folder of the data sets")
@pytest.mark.parametrize("name", REPRODUCED)
def test_an_entry_is_reproduced_bit_by_bit(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", DATA)
    (entry,) = read_entries([name])
    made = entry.notes.origin
    if made is None:
        pytest.skip("it has no results yet")
    here = (version("tensorflow"), version("keras"), processor())
    if (made.tensorflow, made.keras, made.processor) != here:
        pytest.skip("the bits are those of another processor or other versions")
    copied = replace(entry, path=tmp_path / entry.path.name)
    copied.path.write_bytes(entry.path.read_bytes())
    arguments = ["check", "--again", "--entries", str(tmp_path), "--runs-dir", str(tmp_path / "r")]
    assert zoo.main(arguments) == 0, capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        (("train", "tine"), ("'tine'", "Did you mean 'tiny'")),
        (("check", "tiny"), ("tiny", "seed 0", "zoo.py train tiny")),
    ],
)
def test_an_error_is_one_line(
    arguments: tuple[str, ...],
    facts: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY)
    assert zoo.main([*arguments, "--entries", str(tmp_path), "--runs-dir", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert all(fact in line for fact in facts)


def test_a_package_needs_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    arguments = ["package", "--entries", str(tmp_path), "--runs-dir", str(tmp_path / "runs")]
    assert zoo.main(arguments) == 0
    assert "tiny: not trained yet" in capsys.readouterr().out
    entry = read_entry(path).with_result(RESULT, ORIGIN)
    entry.with_result(replace(RESULT, seed=1), ORIGIN).write()
    assert zoo.main(arguments) == 2
    assert "no run with the weights of tiny" in capsys.readouterr().err
