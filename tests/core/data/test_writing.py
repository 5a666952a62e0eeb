"""Files are written aside and moved into place, and nothing of somebody else is destroyed."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from permissions import permissions_obeyed

from zookit.core import FolderError
from zookit.core.data import check_output, note_output, output_written, written_aside
from zookit.core.data.writing import check_suffix, remove_leftovers

HINT = "Choose another file"
MARK = b"a mark"


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def test_a_file_is_moved_into_place_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "made" / "file"
    with written_aside(path) as aside:
        aside.write_text("new")
        assert not path.exists()
        assert aside.name == path.name
        assert aside.stat().st_dev == path.parent.stat().st_dev
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file(folder: Path) -> None:
    path = folder / "file"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_aside(path) as aside:  # noqa: PT012
        aside.write_text("half")
        raise RuntimeError
    with written_aside(path):
        pass
    assert path.read_text() == "old"
    assert list(folder.iterdir()) == [path]


def test_an_unwritable_folder_is_noticed_before_any_work(folder: Path) -> None:
    check_output(folder / "file", HINT)
    assert list(folder.iterdir()) == []
    folder.chmod(0o500)
    with permissions_obeyed(), pytest.raises(FolderError, match=HINT):
        check_output(folder / "file", HINT)
    folder.chmod(0o700)


def test_names_are_random_and_nobody_else_can_enter(folder: Path) -> None:
    names = set()
    for _ in range(3):
        with written_aside(folder / "file") as aside:
            names.add(aside.parent.name)
            assert stat.S_IMODE(aside.parent.stat().st_mode) == 0o700
            assert aside.parent.parent == folder
    assert len(names) == 3
    assert not any(str(os.getpid()) in name for name in names)


def test_the_file_has_the_usual_permissions(folder: Path) -> None:
    (folder / "usual").touch()
    with written_aside(folder / "file") as aside:
        aside.touch()
    assert (folder / "file").stat().st_mode == (folder / "usual").stat().st_mode


def test_a_link_is_replaced_and_what_it_leads_to_is_not(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (folder / "file").symlink_to(tmp_path / "mine")
    with written_aside(folder / "file") as aside:
        aside.write_text("new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert (folder / "file").read_text() == "new"
    assert not (folder / "file").is_symlink()


def test_leftovers_of_a_killed_process_are_removed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with written_aside(folder / "file") as aside:
        left = aside.parent.rename(folder / ".zookit-left.aside")
        (left / "file").touch()
    (folder / ".zookit-link.aside").symlink_to(tmp_path / "mine")
    (folder / ".other.aside").touch()
    remove_leftovers(folder)
    assert not left.exists()
    assert (tmp_path / "mine" / "file").exists()
    assert (folder / ".other.aside").exists()


def written(path: Path, text: str = "new", *, force: bool = False) -> None:
    with output_written(path, HINT, force=force, mark=MARK) as aside:
        aside.write_text(text)


def test_an_output_of_zookit_is_replaced(folder: Path) -> None:
    for text in ("one", "another"):
        written(folder / "file", text)
        assert (folder / "file").read_text() == text


def of_somebody(path: Path) -> None:
    path.write_text("mine")


def changed_since(path: Path) -> None:
    written(path)
    path.write_text("mine")


def changed_at_the_same_time(path: Path) -> None:
    written(path, "zook")
    before = path.stat()
    path.write_text("mine")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def moved_over(path: Path) -> None:
    written(path)
    path.with_name("other").write_text("mine")
    path.with_name("other").replace(path)


def link(path: Path) -> None:
    path.with_name("mine").write_text("mine")
    path.symlink_to(path.with_name("mine"))


def marked_behind_a_link(path: Path) -> None:
    path.with_name("mine").write_bytes(MARK)
    path.symlink_to(path.with_name("mine"))


def broken_link(path: Path) -> None:
    path.symlink_to("nowhere")


Entry = tuple[tuple[float, ...], int, bytes | Path]


def entries(folder: Path) -> dict[str, Entry]:
    """Return each entry's status, time and content, without the time of access: reading sets it."""
    found: dict[str, Entry] = {}
    for path in folder.iterdir():
        mode, inode, device, links, user, group, size, _, _, changed = status = path.lstat()
        content = path.readlink() if path.is_symlink() else path.read_bytes()
        kept = (mode, inode, device, links, user, group, size, changed)
        found[path.name] = (kept, status.st_mtime_ns, content)
    return found


@pytest.mark.parametrize(
    "make",
    [
        of_somebody,
        changed_since,
        changed_at_the_same_time,
        moved_over,
        link,
        marked_behind_a_link,
        broken_link,
    ],
)
def test_what_zookit_did_not_write_is_replaced_only_by_force(
    folder: Path, make: Callable[[Path], None]
) -> None:
    path = folder / "file"
    make(path)
    before = entries(folder)
    with pytest.raises(FolderError, match=rf"^{path} [^\n]*{HINT}, [^\n]*force=True\.$"):
        written(path)
    assert entries(folder) == before
    written(path, force=True)
    assert path.read_text() == "new"
    assert not path.is_symlink()
    after = entries(folder)
    del before["file"], after["file"]
    assert after == before
    written(path)  # now it is zookit's


def test_a_file_with_the_mark_is_replaced(folder: Path) -> None:
    (folder / "file").write_bytes(b"<p>" + MARK)
    written(folder / "file")
    (folder / "file").write_bytes(b" " * 10_000 + MARK)
    with pytest.raises(FolderError):
        written(folder / "file")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_folder_or_a_pipe_is_never_replaced(
    folder: Path, make: Callable[[Path], None], force: bool
) -> None:
    make(folder / "file")
    with pytest.raises(FolderError, match=rf"^{folder / 'file'} [^\n]*{HINT}\.$"):
        written(folder / "file", force=force)
    assert os.listdir(folder) == ["file"]  # noqa: PTH208
    with pytest.raises(FolderError, match="missing"):
        written(folder / "missing" / "file", force=force)


def test_a_file_that_appears_during_the_work_is_not_replaced(folder: Path) -> None:
    path = folder / "file"
    with pytest.raises(FolderError), output_written(path, HINT) as aside:  # noqa: PT012
        aside.write_text("new")
        path.write_text("mine")
    assert path.read_text() == "mine"
    assert list(folder.iterdir()) == [path]


def test_a_folder_is_an_output_too(folder: Path) -> None:
    def write(name: str) -> None:
        with output_written(folder / "made", HINT) as aside:
            aside.mkdir()
            (aside / name).write_text(name)

    write("one")
    write("another")
    assert [each.name for each in (folder / "made").iterdir()] == ["another"]
    (folder / "made" / "mine").touch()
    with pytest.raises(FolderError):
        write("third")
    assert {each.name for each in (folder / "made").iterdir()} == {"another", "mine"}
    assert list(folder.iterdir()) == [folder / "made"]


def test_what_is_written_in_place_is_noted(folder: Path) -> None:
    path = folder / "rows.csv"
    path.write_text("1\n")
    note_output(path)
    check_output(path, HINT)
    check_output(Path(os.path.relpath(path)), HINT)
    with path.open("a") as file:
        file.write("2\n")
    with pytest.raises(FolderError):
        check_output(path, HINT)


def test_without_a_cache_nothing_is_replaced(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    written(folder / "file")
    with pytest.raises(FolderError):
        written(folder / "file")


@pytest.mark.parametrize(("name", "refused"), [("a.pdf", True), ("a.PNG", False), ("a", False)])
def test_a_name_that_promises_another_content_is_refused(name: str, refused: bool) -> None:
    if not refused:
        check_suffix(Path(name), ".png", "a PNG image")
        return
    with pytest.raises(FolderError, match=r"Write a\.png"):
        check_suffix(Path(name), ".png", "a PNG image")
