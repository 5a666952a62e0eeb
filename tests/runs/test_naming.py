"""How runs are found by name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from permissions import obey_permissions

from zookit.core import BadRun
from zookit.runs.naming import find_run, read_runs, run_folders

FIRST = "20261122-101500-c31bcc3a"
AGAIN = "20261122-101500-c31bcc3a-2"
OTHER = "20261123-090000-c3000000"
LAST = "20261201-120000-4624edb7"
NAMES = (FIRST, AGAIN, OTHER, LAST)


def make_run(folder: Path, changed: float = 1e9) -> Path:
    """Make a folder that looks like a run's from outside."""
    folder.mkdir(parents=True)
    (folder / "experiment.toml").write_text("")
    os.utime(folder / "experiment.toml", (changed, changed))
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("runs")
    for name in NAMES:
        make_run(runs / name)
    (runs / "notes").mkdir()
    return runs


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("latest", LAST),
        (LAST, LAST),
        ("20261123", OTHER),
        ("20261201-1", LAST),
        ("4624edb7", LAST),
        ("4", LAST),
        ("c300", OTHER),
        # A whole name wins over a name that starts with it.
        (FIRST, FIRST),
        ("c31bcc3a-", AGAIN),
        (AGAIN, AGAIN),
    ],
)
def test_a_run_is_found(shared: Path, text: str, name: str) -> None:
    assert find_run(text, shared) == shared / name


@pytest.mark.parametrize(
    ("text", "count"), [("2026", 4), ("20261122", 2), ("c3", 3), ("c31bcc3a", 2)]
)
def test_a_name_of_several_runs_is_refused_and_lists_them(
    shared: Path, text: str, count: int
) -> None:
    with pytest.raises(BadRun) as raised:
        find_run(text, shared)
    message = str(raised.value)
    assert f"{count} runs" in message
    listed = message.partition(": ")[2].partition(". ")[0].split(", ")
    assert len(listed) == count
    assert set(listed) <= set(NAMES)


def test_very_many_matches_are_not_all_listed(tmp_path: Path) -> None:
    for at in range(9):
        make_run(tmp_path / f"20261122-10150{at}-c31bcc3a")
    with pytest.raises(BadRun, match=r"9 runs: ([^ ]+, ){5}\.\.\."):
        find_run("c31", tmp_path)


@pytest.mark.parametrize("text", ["", "notes", "zzz", "101500", "-", "latest ", "../notes", "31bc"])
def test_a_name_of_no_run_is_refused(shared: Path, text: str) -> None:
    with pytest.raises(BadRun, match=r"^no run .*'zookit runs'"):
        find_run(text, shared)


def test_a_run_of_another_name_is_found_by_the_start_of_it(tmp_path: Path) -> None:
    renamed = make_run(tmp_path / "my-best-run")
    assert find_run("my-b", tmp_path) == renamed
    for text in ("best", "run"):
        with pytest.raises(BadRun, match="no run"):
            find_run(text, tmp_path)


def test_a_file_or_another_folder_is_no_run(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "model.keras").touch()
    with pytest.raises(BadRun, match="a file, so it is not a run"):
        find_run(str(tmp_path / "model.keras"), shared)
    with pytest.raises(BadRun, match=r"a folder without experiment\.toml"):
        find_run(str(tmp_path), shared)


def test_a_similar_name_is_suggested(shared: Path) -> None:
    with pytest.raises(BadRun, match=f"Did you mean '{LAST}'"):
        find_run("20261201-120000-4624edb8", shared)


def test_a_folder_is_found_wherever_it_is(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_run(tmp_path / "elsewhere" / "mine")
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    monkeypatch.chdir(tmp_path)
    for text in (str(home), "elsewhere/mine", "./elsewhere/mine/", "~/mine"):
        assert find_run(text, shared) == home
        assert find_run(text, shared).is_absolute()
    make_run(tmp_path / "runs" / FIRST)
    assert find_run("c31", Path("runs")) == tmp_path / "runs" / FIRST


def test_latest_is_the_run_that_started_last(tmp_path: Path) -> None:
    for text in ("latest", "anything"):
        with pytest.raises(BadRun, match="no run"):
            find_run(text, tmp_path)
    old = make_run(tmp_path / "20261122-101500-ffffffff", changed=2e9)
    new = make_run(tmp_path / "20261122-101501-00000000", changed=1e9)
    assert find_run("latest", tmp_path) == new
    # A name without a time counts by the time of its file.
    renamed = make_run(tmp_path / "best", changed=1e9)
    assert find_run("latest", tmp_path) == new
    os.utime(renamed / "experiment.toml", (3e9, 3e9))
    assert find_run("latest", tmp_path) == renamed
    os.utime(renamed / "experiment.toml", (1e9, 1e9))
    same_second = make_run(tmp_path / "20261122-101501-00000000-2", changed=1e9 + 1)
    assert find_run("latest", tmp_path) == same_second
    assert find_run("20261122-101500", tmp_path) == old


def test_other_folders_are_not_runs(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    assert run_folders(runs) == ([], [])
    for name in (LAST, FIRST):
        make_run(runs / name)
    make_run(runs / ".hidden")
    (runs / "empty").mkdir()
    (runs / "odd" / "experiment.toml").mkdir(parents=True)
    (runs / "file").write_text("")
    (runs / "broken").symlink_to(runs / "missing")
    found, others = run_folders(runs)
    assert [each.name for each in found] == [FIRST, LAST]
    assert [each.name for each in others] == ["empty", "odd"]
    assert all(each.is_absolute() for each in (*found, *others))
    for text in ("empty", "odd", "file", "hidden"):
        with pytest.raises(BadRun):
            find_run(text, runs)


def test_a_relative_path_gives_the_folders_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(tmp_path / FIRST)
    (tmp_path / FIRST / "tensorboard").mkdir()
    monkeypatch.chdir(tmp_path / FIRST / "tensorboard")
    assert find_run("..", tmp_path).name == FIRST


@pytest.mark.skipif(sys.platform != "linux", reason="drops permissions as Linux does")
def test_a_folder_without_permission_is_skipped(tmp_path: Path) -> None:
    make_run(tmp_path / FIRST)
    (tmp_path / "theirs").mkdir(mode=0o000)
    code = "import sys; from pathlib import Path; from zookit.runs.naming import find_run"
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}; print(find_run('latest', Path(sys.argv[1])))", tmp_path],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=obey_permissions,
    )
    assert ended.stdout.strip() == str(tmp_path / FIRST)


def test_a_runs_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadRun, match="file cannot be read: Not a directory"):
        find_run("latest", tmp_path / "file")


def test_unreadable_runs_and_other_folders_are_skipped_with_a_warning(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "runs" / "notes").mkdir()
    make_run(tmp_path / "runs" / "broken")
    changed = Path(shutil.copytree(run, tmp_path / "runs" / "changed"))
    text = (changed / "experiment.toml").read_text()
    (changed / "experiment.toml").write_text(text.replace("seed = 0", "seed = 1"))
    assert {each.name for each in read_runs(tmp_path / "runs")} == {run.name, "changed"}
    warnings = sorted(caplog.messages)
    assert [text.partition(":")[0] for text in warnings[1:]] == ["skipped broken", "skipped notes"]
    assert warnings[0].startswith("changed: experiment.toml and environment.json")


@settings(deadline=None)
@given(st.text())
@example("\0")
@example("~nobody-of-this-name/x")
@example("x" * 5000)
@example("/" * 300)
@example("\ud800")
@example("c31bcc3a-3")
def test_any_text_finds_a_run_or_is_refused_in_one_line(shared: Path, text: str) -> None:
    message = ""
    try:
        found = find_run(text, shared)
        assert text == "latest" or text in found.name
    except BadRun as error:
        message = str(error)
    assert len(message.splitlines()) <= 1
    assert len(message) < 1000


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.integers(0), st.booleans())
def test_the_start_of_a_name_finds_a_run_unless_another_has_it_too(
    shared: Path, name: str, length: int, by_hash: bool
) -> None:
    whole = name[len("20261122-101500-") :] if by_hash else name
    text = whole[: 1 + length % len(whole)]
    expected = [
        each
        for each in NAMES
        if each.startswith(text) or each[len("20261122-101500-") :].startswith(text)
    ]
    if len(expected) == 1 or text in NAMES:
        assert find_run(text, shared).name == (text if text in NAMES else name)
    else:
        with pytest.raises(BadRun, match=f"{len(expected)} runs"):
            find_run(text, shared)
