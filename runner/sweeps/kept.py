"""The runs of a folder that a sweep need not train, or can continue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zookit.core.messages import counted
from zookit.runs.listing import find_by_cell
from zookit.runs.summary import RunSummary, cell_of
from zookit.sweeps.plan import PlannedCell

_DONE = ("finished", "pruned")
"""The statuses of runs that are not trained again, the better one first."""
UNFINISHED = ("interrupted", "failed", "killed")
"""The statuses of runs that a sweep continues."""


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """Which runs are taken for a cell that is not quite the same.

    Args:
        versions: those whose components were of other versions.
        threads: those with another number of threads, which changes the last bits.
    """

    versions: bool = False
    threads: bool = False


@dataclass(frozen=True, eq=False)
class Differing:
    """A finished run that differs from a cell in versions or threads, and how, in words."""

    run: RunSummary
    versions: tuple[str, ...]
    threads: str

    def __str__(self) -> str:
        """Return the differences in one line."""
        return "; ".join(filter(None, (*self.versions, self.threads)))

    def usable(self, reuse: Reuse) -> bool:
        """Return whether the run is taken for the cell."""
        return (reuse.versions or not self.versions) and (reuse.threads or not self.threads)


@dataclass(frozen=True, eq=False)
class Kept:
    """What a folder has for cells, by their identity.

    `done` has runs of the very experiment, `unfinished` the folders of runs that can be continued,
    `differing` finished runs of cells that have none in `done`.
    """

    done: dict[str, RunSummary] = field(default_factory=dict)
    unfinished: dict[str, Path] = field(default_factory=dict)
    differing: dict[str, Differing] = field(default_factory=dict)


def find_kept(
    runs_dir: Path,
    cells: Sequence[PlannedCell],
    reuse: Reuse,
    listed: Mapping[str, Sequence[RunSummary]] | None = None,
) -> Kept:
    """Return what a folder has for some cells.

    Of several runs that are alike, a finished one comes before a pruned one, and of those that can
    be continued the one with the most epochs; then the oldest. Runs that `reuse` allows to take
    come before others. `listed` is what `runs_by_cell` returned for the folder.

    Raises BadRun if the folder cannot be read.
    """
    keys = {each.identity: cell_of(each.experiment, each.data_hash) for each in cells}
    found = find_by_cell(runs_dir, set(keys.values())) if listed is None else listed
    kept = Kept()
    for cell in cells:
        runs = found.get(keys[cell.identity], ())
        same = [each for each in runs if each.identity == cell.identity]
        done = min(
            (each for each in same if each.status in _DONE),
            key=lambda each: _DONE.index(each.status),
            default=None,
        )
        begun = max(
            (each for each in same if each.status in UNFINISHED),
            key=lambda each: each.epochs,
            default=None,
        )
        if done is not None:
            kept.done[cell.identity] = done
            continue
        if begun is not None:
            kept.unfinished[cell.identity] = begun.folder
        others = [_differing(each, cell) for each in runs if each.status == "finished"]
        others.sort(key=lambda each: not each.usable(reuse))
        if others:
            kept.differing[cell.identity] = others[0]
    return kept


def advice_on(differing: Sequence[Differing], reuse: Reuse) -> Iterator[str]:
    """Yield a line for each option that would take runs in place of cells, and what differs."""
    versions = [each for each in differing if each.versions and not reuse.versions]
    threads = [each for each in differing if each.threads and not reuse.threads]
    for found, option in ((versions, "--accept-versions"), (threads, "--reuse any")):
        if found:
            what = ", ".join(dict.fromkeys(str(each) for each in found[:3]))
            yield (
                f"{counted(len(found), 'cell')} trained before in another way ({what}): not "
                f"used, so each is trained again. To use those runs: {option}"
            )


def _differing(run: RunSummary, cell: PlannedCell) -> Differing:
    then = run.owners
    versions = [
        f"{then.get(name, 'no owner')}, now {owner}"
        for name, owner in cell.owners.items()
        if then.get(name) != owner
    ]
    now = cell.experiment.settings.threads
    threads = "" if run.threads == now else f"{counted(run.threads or 1, 'thread')}, now {now}"
    return Differing(run, tuple(dict.fromkeys(versions)), threads)
