"""How the long parts of getting data report on themselves."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

Advance = Callable[[int], None]


class Progress(Protocol):
    """Called with what is being done and how much of it there is; entered while it is done.

    Entering gives a function to be called with each amount that has got done.
    """

    def __call__(
        self, label: str, total: int | None, unit: Literal["bytes", "images"]
    ) -> AbstractContextManager[Advance]:
        """Begin."""
        ...


@contextmanager
def silent(label: str, total: int | None, unit: Literal["bytes", "images"]) -> Iterator[Advance]:
    """Progress that nobody watches."""
    del label, total, unit
    yield _ignore


def _ignore(amount: int) -> None:
    del amount
