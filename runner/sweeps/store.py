"""The folder of a sweep: what is sent from it, and what comes in."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from zookit.core import BadRun, FolderError
from zookit.core.data.writing import remove_leftovers
from zookit.core.file_lock import lock_file
from zookit.core.messages import option
from zookit.core.run_archive import pack_run, unpack_run
from zookit.data.hashes import sha256_of_file
from zookit.runs.lock import locked
from zookit.runs.run import EXPERIMENT, RunRecord, read_run
from zookit.sweeps.kept import UNFINISHED
from zookit.sweeps.plan import PlannedCell

FOLDER = ".sweep"
"""The folder of a sweep's own files, in its runs folder."""
_ASIDE, _BEFORE, _NAME = "in-", "before", "name"
"""The start of the name of a folder for a run that arrives; the run that it replaces; its name."""
_START = ".start.tar"
"""The end of the name of an archive that a job is started from."""


@dataclass(frozen=True)
class Store:
    """The runs folder of a sweep, and a folder within it for what is in transit."""

    runs_dir: Path
    transit: Path

    def recover(self) -> None:
        """Put runs in their place that were arriving when an earlier process was killed."""
        remove_leftovers(self.transit)
        for aside in self.transit.glob(f"{_ASIDE}*"):
            arrived = [each for each in aside.iterdir() if (each / EXPERIMENT).is_file()]
            # The run that was to be replaced comes last: its place may be taken by then.
            for run in sorted(arrived, key=lambda each: each.name == _BEFORE):
                if run.name != _BEFORE:
                    self._place_again(run)
                elif not (there := self.runs_dir / (aside / _NAME).read_text()).exists():
                    run.rename(there)
            shutil.rmtree(aside, ignore_errors=True)
        for archive in self.transit.glob("*.tar"):
            if not archive.name.endswith(_START):  # else its run is still in the folder
                with suppress(BadRun), self._aside() as aside:
                    self._place_again(unpack_run(archive, aside))
            archive.unlink(missing_ok=True)

    def _place_again(self, folder: Path) -> None:
        """Move a run that had arrived into the runs folder; what it is of is seen there."""
        with suppress(BadRun, FolderError):
            run, there = read_run(folder), self.runs_dir / folder.name
            # The archive of a run that is in its place already is left over.
            if _same_at(there, run) is None or _replaces(run, there):
                self._place(run)

    def archive(self, folder: Path, name: str) -> Path:
        """Return an archive of an unfinished run, to continue it elsewhere.

        Raises FolderError if another process writes the run.
        """
        path = self._start(name)
        with locked(folder):
            pack_run(folder, path, ended=True)
        return path

    def forget(self, name: str) -> None:
        """Remove the archive that a job was started from."""
        self._start(name).unlink(missing_ok=True)

    def _start(self, name: str) -> Path:
        return self.transit / f"{name}{_START}"

    def receive(self, path: Path, sha256: str, cell: PlannedCell) -> RunRecord:
        """Move the run of an archive into the runs folder, and return it.

        It replaces the unfinished run that it continues.

        Raises:
            BadRun: the archive is not what was sent, or another experiment.
            FolderError: another process writes the run that it would replace.
        """
        if sha256_of_file(path) != sha256:
            raise BadRun(f"{path.name} does not have the SHA-256 that its sender computed.")
        with self._aside() as aside:
            folder = unpack_run(path, aside)
            record = read_run(folder)
            _check_is(record, cell)
            return self._place(record)

    def _place(self, record: RunRecord) -> RunRecord:
        """Move a run that is alone in a folder within `transit` into the runs folder."""
        folder = record.folder
        target = self.runs_dir / folder.name
        at = 1
        while target.exists() and not _replaces(record, target):
            at += 1
            target = self.runs_dir / f"{folder.name}-{at}"
        if target.exists():
            (folder.parent / _NAME).write_text(target.name)
            with locked(target):
                target.rename(folder.parent / _BEFORE)
        folder.rename(target)
        return replace(record, folder=target)

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        path = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=self.transit))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def open_store(runs_dir: Path, held: ExitStack) -> Store:
    """Return the store of a folder, which no other sweep may use meanwhile.

    `held` gives the folder back. Raises FolderError if another sweep uses it, or it cannot be
    written.
    """
    folder = runs_dir / FOLDER
    transit = folder / "transit"
    try:
        transit.mkdir(parents=True, exist_ok=True)
        held.callback(lock_file(folder / "lock", 0).release)
    except BlockingIOError:
        raise FolderError(
            f"another sweep runs in {runs_dir}. {option('Wait', 'Call its close(), or wait')} "
            "until it has ended, or choose another folder with "
            f"{option('--runs-dir', 'runs_dir')}."
        ) from None
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be written: {error.strerror or error}. Choose another folder with "
            f"{option('--runs-dir', 'runs_dir')}."
        ) from None
    store = Store(runs_dir, transit)
    store.recover()
    return store


def _replaces(record: RunRecord, target: Path) -> bool:
    """Whether a run continues the unfinished one at the same place, or is as far as that."""
    there = _same_at(target, record)
    if there is None or there.status not in UNFINISHED:
        return False
    return record.status not in UNFINISHED or record.epochs >= there.epochs


def _same_at(target: Path, record: RunRecord) -> RunRecord | None:
    """Return the run at a place, if it has the same identity."""
    with suppress(BadRun):
        there = read_run(target)
        return there if there.environment.identity == record.environment.identity else None
    return None


def _check_is(record: RunRecord, cell: PlannedCell) -> None:
    """Raise BadRun, which names what differs, if a run is not of the cell's experiment."""
    if record.environment.identity == cell.identity:
        return
    if record.environment.data.hash != cell.data_hash:
        raise BadRun("the worker trained on other data than this machine has.")
    owners = record.environment.owners()
    for name, owner in cell.owners.items():
        if owners.get(name) != owner:
            raise BadRun(
                f"the worker has {owners.get(name, 'no owner')} for {name}, expected {owner}. "
                "Install the same versions there."
            )
    raise BadRun("the worker trained another experiment than it was given.")
