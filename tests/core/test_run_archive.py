"""Runs travel as archives; one from somebody else can do no harm."""

import hashlib
import io
import tarfile
import threading
from pathlib import Path

import pytest

from zookit.core import BadRun, FolderError, collect_run
from zookit.core.run_archive import job_locked, pack_run, unpack_run

RUN = "20260101-000000-aa"
FILES = {
    "experiment.toml": b"format = 2",
    "metrics.json": b"{}",
    "inputs/a:b/c": b"\0",
    ".lock": b"x",
}


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job's folder with a run."""
    for name, content in FILES.items():
        path = tmp_path / "job" / RUN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "job" / RUN / ".zookit-x.aside").mkdir()
    (tmp_path / "job" / RUN / ".zookit-x.aside" / "metrics.json").touch()
    return tmp_path / "job"


def contents(folder: Path) -> dict[str, bytes]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}


def test_a_run_arrives_as_it_was_and_its_job_is_gone(job: Path, tmp_path: Path) -> None:
    digest = collect_run(job, tmp_path / "run.tar")
    assert digest == hashlib.sha256((tmp_path / "run.tar").read_bytes()).hexdigest()
    assert not job.exists()
    folder = unpack_run(tmp_path / "run.tar", tmp_path)
    assert folder == tmp_path / RUN
    assert contents(folder) == {name: each for name, each in FILES.items() if name != ".lock"}
    with tarfile.open(tmp_path / "run.tar", "r:") as archive:
        assert {(each.uname, each.uid) for each in archive} == {("", 0)}


def test_of_a_run_that_trains_there_is_what_continues_it(job: Path, tmp_path: Path) -> None:
    with job_locked(job, 0):
        collect_run(job, tmp_path / "run.tar")
    assert (job / RUN / "metrics.json").exists()
    left = contents(unpack_run(tmp_path / "run.tar", tmp_path))
    assert set(left) == {"experiment.toml", "inputs/a:b/c"}


def test_one_process_trains_a_job(job: Path) -> None:
    with job_locked(job, 0):
        refused: list[str] = []

        def lock() -> None:
            try:
                with job_locked(job, 0):
                    pass
            except FolderError as error:
                refused.append(str(error))

        thread = threading.Thread(target=lock)
        thread.start()
        thread.join()
        assert str(job) in refused[0]
    with job_locked(job, 0):
        pass


def test_nothing_to_collect(tmp_path: Path) -> None:
    (tmp_path / "job" / "half").mkdir(parents=True)
    for name in ("none", "job"):
        with pytest.raises(FileNotFoundError):
            collect_run(tmp_path / name, tmp_path / "run.tar")
    assert not (tmp_path / "run.tar").exists()


def test_an_archive_that_cannot_be_written(job: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match=r"run\.tar"):
        pack_run(job / RUN, tmp_path / "file" / "run.tar", ended=True)
    assert job.exists()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    "members",
    [
        [member("../experiment.toml")],
        [member("run/../../x"), member("run/experiment.toml")],
        [member("/run/experiment.toml")],
        [member("run/experiment.toml"), member("other/x")],
        [member("run/experiment.toml"), member("run/x", tarfile.SYMTYPE, "/etc/passwd")],
        [member("run/experiment.toml"), member("run/x", tarfile.LNKTYPE, "run/experiment.toml")],
        [member("run/experiment.toml"), member("run/x", tarfile.FIFOTYPE)],
        [member("run/experiment.toml"), member("run/x", tarfile.CHRTYPE)],
        [member("run/experiment.toml"), member("run/experiment.toml")],
        [member("run/x")],
        [member("experiment.toml")],
        [member(".run/experiment.toml")],
        [member("c:/experiment.toml")],
        [],
    ],
)
def test_nothing_of_a_malicious_archive_is_written(
    tmp_path: Path, members: list[tarfile.TarInfo]
) -> None:
    into = tmp_path / "into"
    into.mkdir()
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        for each in members:
            archive.addfile(each, io.BytesIO())
    with pytest.raises(BadRun, match=r"bad\.tar"):
        unpack_run(tmp_path / "bad.tar", into)
    assert list(into.iterdir()) == []


def test_an_archive_sets_no_owner_and_no_permissions(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "run.tar", "w") as archive:
        for name in ("run/experiment.toml", "run/inputs", "run/inputs/x"):
            each = member(name, tarfile.DIRTYPE if name.endswith("inputs") else tarfile.REGTYPE)
            each.mode, each.uid, each.gid, each.uname = 0o6777, 4321, 4321, "daemon"
            archive.addfile(each)
    folder = unpack_run(tmp_path / "run.tar", tmp_path)
    (tmp_path / "plain").touch()
    expected = (tmp_path / "plain").stat()
    for file in (folder / "experiment.toml", folder / "inputs" / "x"):
        status = file.stat()
        assert (status.st_mode, status.st_uid) == (expected.st_mode, expected.st_uid)
    assert (folder / "inputs").stat().st_mode & 0o6022 == 0


@pytest.mark.parametrize("damage", ["short", "other", "larger", "missing", "compressed"])
def test_nothing_of_a_damaged_archive_is_written(job: Path, tmp_path: Path, damage: str) -> None:
    path, into = tmp_path / "run.tar", tmp_path / "into"
    into.mkdir()
    pack_run(job / RUN, path, ended=True)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "compressed":
        with tarfile.open(path, "w:gz") as archive:
            archive.add(job / RUN, RUN)
    elif damage == "larger":
        with tarfile.open(path, "w") as archive:
            info = member("run/experiment.toml")
            info.size = 1 << 60
            archive.addfile(info)
    else:
        path.write_bytes(content[:700] if damage == "short" else b"x" * len(content))
    with pytest.raises(BadRun, match=r"run\.tar"):
        unpack_run(path, into)
    assert list(into.iterdir()) == []


def test_what_is_there_is_not_overwritten(job: Path, tmp_path: Path) -> None:
    pack_run(job / RUN, tmp_path / "run.tar", ended=True)
    with pytest.raises(BadRun, match="exists"):
        unpack_run(tmp_path / "run.tar", job)
