"""Progress of long tasks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

Advance = Callable[[int], None]


class Progress(Protocol):
    """Reports the progress of a task.

        with progress("reading photos", len(paths), "images") as advance:
            for path in paths:
                ...
                advance(1)

    `zookit.core.data.silent` reports nothing.
    """

    def __call__(
        self, label: str, total: int | None, unit: Literal["bytes", "images"]
    ) -> AbstractContextManager[Advance]:
        """Start a task.

        Args:
            label: what is being done.
            total: the amount of work, or None if it is not known.
            unit: the unit of the amounts.

        Returns:
            A context manager. It yields a function to call with each amount that is done.
        """
        ...


@contextmanager
def silent(label: str, total: int | None, unit: Literal["bytes", "images"]) -> Iterator[Advance]:
    """Report nothing."""
    del label, total, unit
    yield ignore


def ignore(amount: int) -> None:
    """Take an amount that is done, and report nothing."""
    del amount
