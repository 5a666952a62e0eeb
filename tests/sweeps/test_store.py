"""What comes into the folder of a sweep, and what is sent from it."""

from dataclasses import replace
from pathlib import Path

import pytest
from edited_runs import RunMaker
from planned_cells import cell_like

from zookit.core import BadRun, FolderError
from zookit.core.run_archive import pack_run, unpack_run
from zookit.data.hashes import sha256_of_file
from zookit.runs.lock import locked
from zookit.runs.run import RunRecord, read_run
from zookit.sweeps.store import Store

pytestmark = pytest.mark.xdist_group("leaderboard")
NAME = "20261122-100000-aaaaaaaa"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "runs", tmp_path / "runs" / ".sweep" / "transit")
    found.transit.mkdir(parents=True)
    return found


@pytest.fixture
def there(tmp_path: Path) -> RunMaker:
    """Makes runs as a worker has them."""
    return RunMaker(tmp_path / "worker")


@pytest.fixture
def here(store: Store) -> RunMaker:
    """Makes runs in the folder of the sweep."""
    return RunMaker(store.runs_dir)


def received(store: Store, run: RunRecord, wanted: RunRecord | None = None) -> RunRecord:
    """Take in the archive of a run, for the cell of another one or its own."""
    path = store.runs_dir.parent / "sent.tar"
    sha256 = pack_run(run.folder, path, ended=True)
    try:
        return store.receive(path, sha256, cell_like(wanted or run))
    finally:
        assert not list(store.transit.iterdir())


def runs(store: Store) -> list[str]:
    return sorted(each.name for each in store.runs_dir.iterdir() if each.name[0] != ".")


def test_a_run_arrives_byte_for_byte(store: Store, there: RunMaker) -> None:
    run = there(NAME)
    found = received(store, run)
    assert found.folder == store.runs_dir / NAME
    assert {each.name: each.read_bytes() for each in found.folder.iterdir()} == {
        each.name: each.read_bytes() for each in run.folder.iterdir()
    }


def test_another_sha256_is_refused(store: Store, there: RunMaker, tmp_path: Path) -> None:
    run = there(NAME)
    path = tmp_path / "sent.tar"
    pack_run(run.folder, path, ended=True)
    with pytest.raises(BadRun, match="SHA-256"):
        store.receive(path, "0" * 64, cell_like(run))
    assert not runs(store)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"data": "0" * 64}, "other data"),
        ({"owner": "zookit==0.0.9"}, r"zookit==0\.0\.9 for zookit/.*, expected zookit==0\.1\.0"),
        ({"seed": 1}, "another experiment"),
    ],
)
def test_another_run_is_refused(
    store: Store, there: RunMaker, changes: dict[str, int | str], complaint: str
) -> None:
    wanted, sent = there(), there(NAME, **changes)  # type: ignore[arg-type]
    with pytest.raises(BadRun, match=complaint):
        received(store, sent, wanted)
    assert not runs(store)


def test_the_unfinished_run_that_it_continues_is_replaced(
    store: Store, there: RunMaker, here: RunMaker
) -> None:
    here(NAME, status="interrupted")
    found = received(store, there(NAME))
    assert runs(store) == [NAME]
    assert found.status == "finished"
    assert read_run(store.runs_dir / NAME).status == "finished"


@pytest.mark.parametrize("changes", [{}, {"seed": 1, "status": "interrupted"}])
def test_another_run_of_the_same_name_stays(
    store: Store, there: RunMaker, here: RunMaker, changes: dict[str, int | str]
) -> None:
    before = here(NAME, **changes)  # type: ignore[arg-type]
    run = there(NAME)
    assert received(store, run).folder.name == f"{NAME}-2"
    assert received(store, run).folder.name == f"{NAME}-3"
    assert runs(store) == [NAME, f"{NAME}-2", f"{NAME}-3"]
    assert read_run(before.folder).environment.identity == before.environment.identity


def test_a_folder_that_is_no_run_stays(store: Store, there: RunMaker) -> None:
    (store.runs_dir / NAME).mkdir()
    assert received(store, there(NAME)).folder.name == f"{NAME}-2"
    assert not list((store.runs_dir / NAME).iterdir())


def test_a_damaged_archive_is_refused(store: Store, there: RunMaker, tmp_path: Path) -> None:
    path = tmp_path / "sent.tar"
    path.write_bytes(b"no archive")
    with pytest.raises(BadRun):
        store.receive(path, sha256_of_file(path), cell_like(there()))
    assert not runs(store)
    assert not list(store.transit.iterdir())


def test_an_unfinished_run_is_sent_and_forgotten(
    store: Store, here: RunMaker, tmp_path: Path
) -> None:
    run = here(NAME, status="interrupted")
    path = store.archive(run.folder, "job")
    assert read_run(unpack_run(path, tmp_path)).status == "interrupted"
    assert list(store.transit.iterdir()) == [path]
    store.forget("job")
    store.forget("job")
    assert not list(store.transit.iterdir())


def test_a_run_that_is_being_written_is_neither_sent_nor_replaced(
    store: Store, there: RunMaker, here: RunMaker
) -> None:
    run = here(NAME, status="interrupted")
    with locked(run.folder):
        with pytest.raises(FolderError, match="another process"):
            store.archive(run.folder, "job")
        assert not list(store.transit.iterdir())
        with pytest.raises(FolderError, match="another process"):
            received(store, there(NAME))
    assert runs(store) == [NAME]
    assert read_run(run.folder).status == "interrupted"


def test_the_owners_are_compared_by_component(store: Store, there: RunMaker) -> None:
    wanted, sent = there(), there(NAME, owner="zookit==0.0.9")
    cell = replace(cell_like(wanted), owners={"zookit/dense": "zookit==0.1.0"})
    path = store.runs_dir.parent / "sent.tar"
    sha256 = pack_run(sent.folder, path, ended=True)
    with pytest.raises(BadRun, match=r"zookit==0\.0\.9 for zookit/dense"):
        store.receive(path, sha256, cell)


@pytest.mark.parametrize("there_before", [None, "interrupted", "finished"])
@pytest.mark.parametrize("unpacked", [False, True])
def test_a_run_that_had_arrived_when_the_process_was_killed_is_kept(
    store: Store, there: RunMaker, here: RunMaker, there_before: str | None, unpacked: bool
) -> None:
    run = there(NAME)
    if there_before:
        here(NAME, status=there_before)
    if unpacked:
        aside = store.transit / "in-killed"
        aside.mkdir()
        run.folder.rename(aside / NAME)
    else:
        pack_run(run.folder, store.transit / "job.tar", ended=True)
        pack_run(run.folder, store.transit / "job.start.tar", ended=True)
    store.recover()
    assert runs(store) == [NAME]
    assert read_run(store.runs_dir / NAME).status == "finished"
    assert not list(store.transit.iterdir())


def test_a_run_with_more_epochs_is_not_replaced(
    store: Store, there: RunMaker, here: RunMaker
) -> None:
    here(NAME, status="interrupted", epochs=3)
    assert received(store, there(NAME, status="interrupted", epochs=2)).folder.name == f"{NAME}-2"
    assert received(store, there(f"{NAME}-2", status="failed", epochs=3)).epochs == 3
    assert read_run(store.runs_dir / NAME).epochs == 3


@pytest.mark.parametrize("moved", [0, 1])
def test_a_run_whose_process_was_killed_while_it_moved_is_in_its_place_again(
    store: Store, there: RunMaker, here: RunMaker, moved: int
) -> None:
    aside = store.transit / "in-killed"
    aside.mkdir()
    here(NAME, status="interrupted").folder.rename(aside / "before")
    (aside / "name").write_text(NAME)
    if not moved:
        there(NAME).folder.rename(aside / NAME)
    (store.transit / "sent.tar").write_bytes(b"half")
    (store.transit / ".zookit-x.aside").mkdir()
    store.recover()
    assert runs(store) == [NAME]
    expected = "interrupted" if moved else "finished"
    assert read_run(store.runs_dir / NAME).status == expected
    assert not list(store.transit.iterdir())
