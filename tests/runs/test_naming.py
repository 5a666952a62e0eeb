"""How a person names a run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from permissions import obey_permissions

from zookit.core import BadRun
from zookit.runs.naming import find_run, run_folders

FIRST = "20261122-101500-c31bcc3a"
AGAIN = "20261122-101500-c31bcc3a-2"
OTHER = "20261123-090000-c3000000"
LAST = "20261201-120000-4624edb7"
NAMES = (FIRST, AGAIN, OTHER, LAST)


def keep(folder: Path, changed: float = 1e9) -> Path:
    """A folder that looks like a run's from outside."""
    folder.mkdir(parents=True)
    (folder / "experiment.toml").write_text("")
    os.utime(folder / "experiment.toml", (changed, changed))
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("runs")
    for name in NAMES:
        keep(runs / name)
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
        # The whole name is meant before what begins with it.
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
def test_what_names_several_is_refused_and_they_are_named(
    shared: Path, text: str, count: int
) -> None:
    with pytest.raises(
        BadRun, match=f"^'{text}' names {count} runs: .*Write more of the name"
    ) as e:
        find_run(text, shared)
    assert sum(name in str(e.value).replace(AGAIN, "again") for name in (FIRST, OTHER, LAST)) == (
        count - 1
    )


def test_of_very_many_only_some_are_named(tmp_path: Path) -> None:
    for at in range(9):
        keep(tmp_path / f"20261122-10150{at}-c31bcc3a")
    with pytest.raises(BadRun, match=r"names 9 runs: [^ ]+, [^ ]+, [^ ]+, [^ ]+, [^ ]+, \.\.\."):
        find_run("c31", tmp_path)


@pytest.mark.parametrize("text", ["", "notes", "zzz", "101500", "-", "latest ", "../notes", "31bc"])
def test_what_names_none_is_refused(shared: Path, text: str) -> None:
    with pytest.raises(BadRun, match=r"^no run .* 'zookit runs' shows them"):
        find_run(text, shared)


def test_a_near_miss_is_offered(shared: Path) -> None:
    with pytest.raises(BadRun, match=f"Did you mean '{LAST}'"):
        find_run("20261201-120000-4624edb8", shared)


def test_a_folder_is_found_wherever_it_is(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = keep(tmp_path / "elsewhere" / "mine")
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    monkeypatch.chdir(tmp_path)
    for text in (str(home), "elsewhere/mine", "./elsewhere/mine/", "~/mine"):
        assert find_run(text, shared) == home
        assert find_run(text, shared).is_absolute()
    keep(tmp_path / "runs" / FIRST)
    assert find_run("c31", Path("runs")) == tmp_path / "runs" / FIRST


def test_latest_is_the_one_made_last(tmp_path: Path) -> None:
    for text in ("latest", "anything"):
        with pytest.raises(BadRun, match="no run"):
            find_run(text, tmp_path)
    old = keep(tmp_path / "20261122-101500-ffffffff", changed=2e9)
    new = keep(tmp_path / "20261122-101501-00000000", changed=1e9)
    assert find_run("latest", tmp_path) == new
    # A name that says no time is as old as its file.
    renamed = keep(tmp_path / "best", changed=1e9)
    assert find_run("latest", tmp_path) == new
    os.utime(renamed / "experiment.toml", (3e9, 3e9))
    assert find_run("latest", tmp_path) == renamed
    os.utime(renamed / "experiment.toml", (1e9, 1e9))
    same_second = keep(tmp_path / "20261122-101501-00000000-2", changed=1e9 + 1)
    assert find_run("latest", tmp_path) == same_second
    assert find_run("20261122-101500", tmp_path) == old


def test_folders_that_are_no_runs_are_told_from_those_that_are(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    assert run_folders(runs) == ([], [])
    for name in (LAST, FIRST):
        keep(runs / name)
    keep(runs / ".hidden")
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


def test_a_run_is_called_by_its_folders_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path / FIRST)
    (tmp_path / FIRST / "tensorboard").mkdir()
    monkeypatch.chdir(tmp_path / FIRST / "tensorboard")
    assert find_run("..", tmp_path).name == FIRST


@pytest.mark.skipif(sys.platform != "linux", reason="permissions are dropped as Linux does it")
def test_a_folder_that_may_not_be_entered_is_passed_over(tmp_path: Path) -> None:
    keep(tmp_path / FIRST)
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


def test_a_runs_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadRun, match="file cannot be read: Not a directory"):
        find_run("latest", tmp_path / "file")


@settings(deadline=None)
@given(st.text())
@example("\0")
@example("~nobody-of-this-name/x")
@example("x" * 5000)
@example("/" * 300)
@example("\ud800")
@example("c31bcc3a-3")
def test_any_text_names_one_run_or_is_refused_in_one_line(shared: Path, text: str) -> None:
    complaint = ""
    try:
        found = find_run(text, shared)
        assert text == "latest" or text in found.name
    except BadRun as error:
        complaint = str(error)
    assert len(complaint.splitlines()) <= 1
    assert len(complaint) < 1000


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.integers(0), st.booleans())
def test_a_beginning_names_a_run_exactly_where_no_other_has_it(
    shared: Path, name: str, length: int, by_hash: bool
) -> None:
    whole = name[len("20261122-101500-") :] if by_hash else name
    text = whole[: 1 + length % len(whole)]
    meant = [
        each
        for each in NAMES
        if each.startswith(text) or each[len("20261122-101500-") :].startswith(text)
    ]
    if len(meant) == 1 or text in NAMES:
        assert find_run(text, shared).name == (text if text in NAMES else name)
    else:
        with pytest.raises(BadRun, match=f"names {len(meant)} runs"):
            find_run(text, shared)
