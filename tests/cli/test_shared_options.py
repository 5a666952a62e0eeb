"""No command replaces a file that zookit did not write, unless --force is given."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from made_runs import digits
from small_runs import small_run

pytestmark = pytest.mark.xdist_group("shared runs")

COMMANDS: dict[str, Callable[[], tuple[str | Path, ...]]] = {
    "show": lambda: ("show", "mnist", "--data", "sample", "--sheet", "out.png"),
    "report": lambda: ("report", digits().folder, "--output", "out.html"),
    "export": lambda: ("export", digits().folder, "--to", "keras", "--output", "out.keras"),
}
WORDS = [pytest.param(words, id=name) for name, words in COMMANDS.items()]


@pytest.mark.parametrize("words", WORDS)
def test_somebody_s_file_is_kept(
    zookit: Command, words: Callable[[], tuple[str | Path, ...]]
) -> None:
    command = words()
    file = Path(str(command[-1]))
    file.write_text("mine")
    message = zookit(*command).message()
    assert str(file) in message
    assert "--force" in message
    assert file.read_text() == "mine"
    assert os.listdir() == [file.name]  # noqa: PTH208
    assert zookit(*command, "--force").code == 0
    assert file.read_bytes() != b"mine"
    assert zookit(*command).code == 0  # it is zookit's now
    with file.open("a") as changed:
        changed.write("my notes")
    if file.suffix != ".html":  # a report is known by its mark
        assert str(file) in zookit(*command).message()


@pytest.mark.parametrize("words", WORDS)
def test_a_link_is_replaced_by_force_alone_and_never_followed(
    zookit: Command, words: Callable[[], tuple[str | Path, ...]]
) -> None:
    command = words()
    file = Path(str(command[-1]))
    Path("mine").write_text("mine")
    file.symlink_to("mine")
    zookit(*command).message()
    assert zookit(*command, "--force").code == 0
    assert Path("mine").read_text() == "mine"


def test_a_folder_is_replaced_only_if_zookit_wrote_it(zookit: Command) -> None:
    command = ("export", digits().folder, "--to", "saved_model", "--output", "model")
    Path("model").mkdir()
    Path("model", "mine").touch()
    for more in ((), ("--force",)):
        assert "model" in zookit(*command, *more).message()
    Path("model").rename("other")
    for _ in "twice":
        assert zookit(*command).code == 0
    Path("model", "mine").touch()
    assert "model" in zookit(*command).message()


@pytest.mark.parametrize(
    "callback", ["csv_logger:log.csv", "model_checkpoint:log.keras", "csv_logger:link.csv"]
)
def test_callbacks_keep_somebody_s_file_before_any_epoch(zookit: Command, callback: str) -> None:
    path = Path(callback.partition(":")[2])
    Path("log.csv").write_text("mine")
    Path("link.csv").symlink_to("log.csv")
    Path("log.keras").write_text("mine")
    outcome = zookit("run", "mnist", "dense:4", callback, "--data", "sample", "--epochs", "1")
    assert outcome.code == 2
    assert str(path) in outcome.err.splitlines()[-1]
    assert path.read_text() == "mine"
    assert not list(Path("runs").glob("*/history.csv"))


OPENED: list[str] = []
"""The paths that this process opens to write."""


def note_opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & os.O_ACCMODE:
        OPENED.append(arguments[0])


sys.addaudithook(note_opened)


@pytest.mark.parametrize(
    "words",
    [
        ("report", "."),
        ("show", "mnist", "--data", "sample", "--sheet", "sheet.png"),
        ("resume", ".", "--epochs", "3"),
    ],
    ids=lambda words: words[0],
)
def test_links_at_the_names_that_a_command_writes_lead_nowhere(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Somebody who has seen the command work prepares a folder for it."""
    seen, prepared, mine = (tmp_path / name for name in ("seen", "prepared", "mine"))
    shutil.copytree(small_run(), seen)
    shutil.copytree(small_run(), prepared)
    mine.write_text("mine")
    monkeypatch.chdir(seen)
    del OPENED[:]
    assert zookit(*words).code == 0
    written = [path for path in map(Path.absolute, map(Path, OPENED)) if seen in path.parents]
    assert written
    for path in written:
        planted = prepared / path.relative_to(seen)
        if planted.parent.exists() and not planted.exists():
            planted.symlink_to(mine)
    monkeypatch.chdir(prepared)
    outcome = zookit(*words)
    assert mine.read_text() == "mine"
    assert outcome.code == 0, outcome
