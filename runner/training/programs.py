"""Reuses the programs of earlier trainings in this process."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from zookit.training.batches import Batches
from zookit.training.program import Program


class _Kept:
    """The programs that are kept, the one that was used last at the end."""

    def __init__(self, most: int) -> None:
        self.programs: OrderedDict[Hashable, Program] = OrderedDict()
        self.most = most


_kept: _Kept | None = None


@contextmanager
def programs_reused(most: int = 4) -> Iterator[None]:
    """Let each training in the block reuse the program of an earlier one that is the same.

    A program is a model with its training step, which takes seconds to trace and compile. The last
    `most` of them are kept. Results and files are the same to the last bit. The model of a `Result`
    is only valid until the next training.
    """
    global _kept  # noqa: PLW0603 - one training at a time runs in a process
    before, _kept = _kept, _Kept(most)
    try:
        yield
    finally:
        _kept = before


def are_reused() -> bool:
    """Return whether trainings reuse programs now."""
    return _kept is not None


def reused(new: Program, batches: Batches) -> Program:
    """Return a program that computes the same as a new one, with its values: an earlier one or it.

    Nobody else gets that until `keep`.
    """
    if _kept is None:
        return new
    new.take_key()
    found = _kept.programs.pop(new.key, None)
    if found is None:
        return new
    found.restart(new, batches)
    return found


def keep(program: Program) -> None:
    """Let later trainings reuse a program, after a training that ended as it should."""
    if _kept is None or program.key is None or not program.is_as_before():
        return
    _kept.programs[program.key] = program
    while len(_kept.programs) > _kept.most:
        _kept.programs.popitem(last=False)
