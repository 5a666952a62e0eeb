"""Lists the runs in a folder, with the help of the run index."""

import os
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from zookit.core import BadRun, warn
from zookit.core.messages import printable
from zookit.runs.index import FEWEST, NAME, Entries, read_index, write_index
from zookit.runs.index_state import (
    PLACING,
    SUMMARIZED,
    changed_at,
    has_ended,
    is_settled,
    placing,
    state_of,
)
from zookit.runs.index_text import Reader, texts_of
from zookit.runs.lock import writing
from zookit.runs.order import Place, place_from, place_of, recorded_place
from zookit.runs.run import EXPERIMENT, RunStatus, read_run
from zookit.runs.summary import CheckedSummary, RunSummary, checked_summary_of

_BATCH = 1000
"""The runs that are read before they are written to the index."""
_WORTH = 20
"""The fewest new entries to write: reading as many runs takes as long as writing to a disk."""
_STATUSES: dict[bool | None, RunStatus] = {True: "running", False: "killed", None: "unknown"}


@dataclass
class Listing:
    """The folders in a folder of runs.

    `names` are those of the runs, oldest first, `others` those of the other folders, sorted.
    `states` has the states of the runs' files, `known` what the index holds, and `new` what it
    does not hold yet.
    """

    runs_dir: Path
    names: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    states: dict[str, bytes] = field(default_factory=dict)
    known: Entries = field(default_factory=Entries)
    new: Entries = field(default_factory=Entries)

    @cached_property
    def reader(self) -> Reader:
        """Makes the summaries from texts."""
        return Reader(self.runs_dir)

    @property
    def is_indexed(self) -> bool:
        """Whether the folder has an index, or enough runs to be worth one."""
        return len(self.states) >= FEWEST or (self.runs_dir / NAME).exists()

    def write(self) -> None:
        """Write what is new to the index, unless it is too little to be worth that."""
        new = self.new
        if self.is_indexed and max(len(new.places), len(new.runs), len(new.removed)) >= _WORTH:
            write_index(self.runs_dir, new)
            self.new = Entries()


def list_folders(runs_dir: Path) -> Listing:
    """Return the folders in a folder of runs; none if it does not exist. Raises BadRun.

    Hidden folders are in neither list.
    """
    return _listed(runs_dir, summaries=False)


def other_runs(runs_dir: Path, known: Container[str]) -> list[str]:
    """Return the names of the runs in a folder that are not in `known`, in no order.

    Raises OSError if the folder cannot be read.
    """
    names = [name for name in _folders(str(runs_dir)) if name not in known]
    return [name for name in names if (runs_dir / name / EXPERIMENT).is_file()]


def list_summaries(runs_dir: Path) -> list[RunSummary]:
    """Summarize every run in a folder, oldest first; warn about those that are changed or damaged.

    Raises BadRun if the folder itself cannot be read.
    """
    listing = _listed(runs_dir, summaries=True)
    found = []
    for name, checked in _summaries(listing):
        if isinstance(checked, BadRun):
            warn(f"skipped {printable(name)}: {checked}")
            continue
        if checked.contradiction:
            warn(f"{printable(name)}: {checked.contradiction}")
        found.append(checked.run)
    for name in listing.others:
        warn(f"skipped {printable(name)}: not a run folder.")
    return found


def intact_summaries(runs_dir: Path) -> list[RunSummary]:
    """Summarize the runs in a folder that are not damaged, as `list_summaries`, without warnings.

    Raises BadRun if the folder itself cannot be read.
    """
    found = _summaries(_listed(runs_dir, summaries=True))
    return [checked.run for _, checked in found if isinstance(checked, CheckedSummary)]


def find_by_identity(runs_dir: Path, identities: Collection[str]) -> dict[str, list[RunSummary]]:
    """Return the runs in a folder that have one of these identities, oldest first.

    Damaged runs, and those whose files were changed, are in none of the lists. Raises BadRun if the
    folder cannot be read.
    """
    return _found(runs_dir, identities, lambda checked: checked.run.identity)


def find_by_cell(runs_dir: Path, cells: Collection[str]) -> dict[str, list[RunSummary]]:
    """Return the runs that differ from an experiment at most in the owners and in threads.

    `cells` are what `zookit.runs.summary.cell_of` returns. The rest is as for `find_by_identity`.
    """
    return _found(runs_dir, cells, lambda checked: checked.cell)


def runs_by_cell(runs_dir: Path) -> dict[str, list[RunSummary]]:
    """Return all runs in a folder, as `find_by_cell` does those of some cells."""
    found: dict[str, list[RunSummary]] = {}
    for checked in _originals(runs_dir):
        found.setdefault(checked.cell, []).append(checked.run)
    return found


def _found(
    runs_dir: Path, wanted: Collection[str], key: Callable[[CheckedSummary], str]
) -> dict[str, list[RunSummary]]:
    found: dict[str, list[RunSummary]] = {each: [] for each in wanted}
    for checked in _originals(runs_dir):
        found.get(key(checked), []).append(checked.run)
    return found


def _originals(runs_dir: Path) -> Iterator[CheckedSummary]:
    """Yield the runs that may stand for their experiments, oldest first."""
    for _, checked in _summaries(_listed(runs_dir, summaries=True)):
        if isinstance(checked, CheckedSummary) and checked.original:
            yield checked


def _listed(runs_dir: Path, *, summaries: bool) -> Listing:
    listing = Listing(runs_dir.absolute())
    folder = str(listing.runs_dir)
    try:
        if not runs_dir.exists():
            return listing
        names = sorted(_folders(folder))
    except OSError as error:
        raise BadRun(f"{runs_dir} cannot be read: {error.strerror or error}.") from None
    files = SUMMARIZED if summaries else PLACING
    for name in names:
        state = state_of(f"{folder}/{name}", files)
        if state is None:
            listing.others.append(name)
        else:
            listing.states[name] = state
    if listing.is_indexed:
        listing.known = read_index(listing.runs_dir, summaries=summaries)
        listing.new.damaged = listing.known.damaged
        listing.new.removed = listing.known.places.keys() - listing.states.keys()
    places = {name: _place(listing, name) for name in listing.states}
    listing.names = sorted(places, key=places.__getitem__)
    if not summaries:
        listing.write()
    return listing


def _folders(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return [each.name for each in entries if _is_folder(each)]


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return not entry.name.startswith(".") and entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _place(listing: Listing, name: str) -> Place:
    state = listing.states[name]
    if not state:
        return place_of(listing.runs_dir / name)
    known, recorded = listing.known.places.get(name, (b"", 0))
    if known != placing(state):
        settled = is_settled(placing(state))  # before it is read
        recorded = recorded_place(listing.runs_dir / name)
        if settled:
            listing.new.places[name] = placing(state), recorded
    return place_from(recorded, changed_at(state), name)


def _summaries(listing: Listing) -> Iterator[tuple[str, CheckedSummary | BadRun]]:
    """Yield each run with its summary, or with the error why it has none."""
    known = _known(listing)
    for name in listing.names:
        checked = known.get(name)
        if checked is not None and not has_ended(listing.states[name]):
            checked = _with_status(listing, name, checked)
        yield name, checked or _read(listing, name)
        if len(listing.new.runs) >= _BATCH:
            listing.write()
    listing.write()


def _known(listing: Listing) -> Mapping[str, CheckedSummary]:
    """Return the summaries in the index that are as the folders are now."""
    texts = {
        name: text
        for name, (state, text) in listing.known.runs.items()
        if state and listing.states.get(name) == state
    }
    listing.known.runs.clear()
    reader = listing.reader
    reader.parts.update(listing.known.parts)
    try:
        return dict(zip(texts, reader.summaries(texts, texts.values()), strict=True))
    except (ValueError, TypeError, KeyError, AttributeError):
        listing.new.damaged = True
        return {}


def _with_status(listing: Listing, name: str, checked: CheckedSummary) -> CheckedSummary | None:
    """Return the summary of a run that has not ended with its status now; None if it changed."""
    # As in `read_run`: a run that ends meanwhile counts as running, never as killed.
    status = _STATUSES[writing(listing.runs_dir / name)]
    if state_of(f"{listing.runs_dir}/{name}", SUMMARIZED) != listing.states[name]:
        return None
    return replace(checked, run=replace(checked.run, status=status))


def _read(listing: Listing, name: str) -> CheckedSummary | BadRun:
    state = listing.states[name]
    settled = is_settled(state)  # before it is read
    try:
        checked = checked_summary_of(read_run(listing.runs_dir / name))
    except BadRun as error:
        return error
    texts = texts_of(checked)
    if texts is None:
        return checked
    if settled:
        listing.new.runs[name] = state, texts.run
        listing.new.parts.update(texts.parts)
    return listing.reader.again(name, texts)  # runs share what they have in common
