"""Trains, checks and packages the entries of the zoo, and writes its pages.

    python zoo/zoo.py train [NAMES]      train the seeds without a result, two at a time
    python zoo/zoo.py check [NAMES]      train the first seed again, once, and compare the weights
    python zoo/zoo.py package [NAMES]    write a wheel for each trained entry
    python zoo/zoo.py bundle             put the bundled models into the tree
    python zoo/zoo.py page               write docs/zoo.md and docs/zoo-reproduced.md

A command that was stopped or killed continues if you run it again without --again. Data sets are
found through ZOOKIT_DATA_DIR.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zoo_entries import ENTRIES, ROOT, Entry, Repetition, read_entries, read_entry
from zoo_models import bundle, package
from zoo_page import is_same, write_pages
from zoo_training import LAUNCHER, Training, forget, known_here, origin_of, result_of, train

from zookit.core import BadExperiment, BadRun, ZookitError
from zookit.core.messages import counted
from zookit.runs.run import RunRecord
from zookit.terminal import messages_shown

RUNS, AGAIN = ROOT / "runs", ROOT / "runs-again"
"""The folder of the runs, and of those that repeat recipes."""
_WORKERS = 2


def report(line: str) -> None:
    """Print a line of progress and flush it."""
    print(line, flush=True)


def train_entries(entries: Sequence[Entry], runs_dir: Path, launcher: str, *, again: bool) -> None:
    """Train all seeds that have no result, and write each result when it is known.

    Raises BadExperiment at the end if results do not belong to those of the other seeds.
    """
    if again:
        for each in entries:
            forgotten = replace(each.notes, results=(), origin=None, repetition=None)
            replace(each, notes=forgotten).write()
        entries = [read_entry(each.path) for each in entries]
        forget([Training(entry, seed) for entry in entries for seed in entry.missing], runs_dir)
    refused: list[BadExperiment] = []
    trainings = []
    for entry in entries:
        with _refusals(refused):
            for seed in entry.missing:
                entry.check_origin(seed, known_here())
            trainings += [Training(entry, seed) for seed in entry.missing]
    _report_estimate(trainings)

    def done(training: Training, run: RunRecord) -> None:
        with _refusals(refused):
            read_entry(training.entry.path).with_result(result_of(run), origin_of(run)).write()

    train(trainings, runs_dir, done, report, launcher)
    if refused:
        raise BadExperiment(" ".join(map(str, refused)))


@contextmanager
def _refusals(refused: list[BadExperiment]) -> Iterator[None]:
    """Report that a result does not belong to the others, and add it, so that the rest goes on."""
    try:
        yield
    except BadExperiment as error:
        report(str(error))
        refused.append(error)


def check_entries(entries: Sequence[Entry], runs_dir: Path, launcher: str, *, again: bool) -> bool:
    """Train the first seed of each entry again; return whether all weights are the same.

    Entries that were checked since they were trained are only checked once more if `again`.
    Raises BadRun if an entry has no result to compare with.
    """
    for each in entries:
        if each.result(each.notes.seeds[0]) is None:
            raise BadRun(
                f"{each.name} has no result for seed {each.notes.seeds[0]}. Train it first: "
                f"python zoo/zoo.py train {each.name}"
            )
    trainings = [
        Training(each, each.notes.seeds[0])
        for each in entries
        if again or each.notes.repetition is None
    ]
    if again:
        forget(trainings, runs_dir)
    _report_estimate(trainings)

    def done(training: Training, run: RunRecord) -> None:
        entry = read_entry(training.entry.path)
        compared = replace(entry, notes=replace(entry.notes, repetition=repetition_of(run)))
        compared.write()
        same = "the same weights" if is_same(compared) else "OTHER WEIGHTS"
        report(f"{entry.name}, seed {training.seed}: {same}")
        shutil.rmtree(run.folder)  # else the next check would find it

    train(trainings, runs_dir, done, report, launcher)
    return all(is_same(read_entry(each.path)) for each in entries)


def repetition_of(run: RunRecord) -> Repetition:
    """Return the outcome of a run that repeats a recipe."""
    result, versions = result_of(run), run.environment.versions
    return Repetition(
        seed=result.seed,
        weights=result.weights,
        accuracy=result.accuracy,
        seconds=result.seconds,
        date=run.environment.started[:10],
        versions=f"zookit {versions['zookit']}, TensorFlow {versions['tensorflow']}",
    )


def package_entries(entries: Sequence[Entry], runs_dir: Path, folder: Path) -> None:
    """Write a wheel for each trained entry, except those that come with zookit."""
    for each in entries:
        if each.notes.bundled:
            report(f"{each.name}: comes with zookit")
        elif each.missing:
            report(f"{each.name}: not trained yet")
        else:
            report(f"{each.name}: wrote {package(each, runs_dir, folder).wheel}")


def _write_pages(entries: Path) -> None:
    """Write the pages of the documentation, which are about the entries of the tree alone."""
    if entries.resolve() == ENTRIES:
        write_pages(read_entries())


def _report_estimate(trainings: Sequence[Training]) -> None:
    seconds = sum(each.entry.seconds for each in trainings) / _WORKERS
    report(f"{counted(len(trainings), 'training')}, about {seconds / 60:.0f} minutes")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("what", choices=("train", "check", "package", "bundle", "page"))
    made.add_argument("names", nargs="*", metavar="NAME", help="entries; all if none is given")
    made.add_argument("--again", action="store_true", help="forget what these entries reached")
    made.add_argument("--entries", type=Path, default=ENTRIES, help="the folder of the entries")
    made.add_argument("--runs-dir", type=Path, help="the folder of the runs")
    made.add_argument("--to", type=Path, default=Path("dist"), help="where to write packages")
    made.add_argument("--launcher", default=LAUNCHER, help="where to train; see zookit sweep")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit code."""
    given = parser().parse_intermixed_args(arguments)
    try:
        with messages_shown(quiet=False):
            entries = read_entries(given.names, given.entries)
            if given.what == "train":
                runs_dir = given.runs_dir or RUNS
                try:
                    train_entries(entries, runs_dir, given.launcher, again=given.again)
                finally:  # even if some of them failed
                    _write_pages(given.entries)
            elif given.what == "check":
                runs_dir = given.runs_dir or AGAIN
                try:
                    same = check_entries(entries, runs_dir, given.launcher, again=given.again)
                finally:
                    _write_pages(given.entries)
                return 0 if same else 1
            elif given.what == "package":
                package_entries(entries, given.runs_dir or RUNS, given.to)
            elif given.what == "bundle":
                for entry in entries:
                    if entry.notes.bundled:
                        report(f"wrote {bundle(entry, given.runs_dir or RUNS)}")
            else:
                _write_pages(given.entries)
    except ZookitError as error:
        print(f"zoo: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
