"""Loading a data set afresh, past the prepared cache."""

from functools import cache
from typing import TYPE_CHECKING

from zookit.conformance.subject import NotApplicable, Subject
from zookit.core import Dataset, DataUnavailable, Splits
from zookit.core.data.source import Source, find

if TYPE_CHECKING:
    from zookit.core.dataset import Want


def source_of(subject: Subject) -> Source:
    """The bundled sample where there is one, else whatever the set reads or makes.

    Raises NotApplicable where that cannot be had.
    """
    dataset: Dataset = subject.component
    want: Want = "full" if dataset.sample is None else "sample"
    try:
        return find(dataset, want, str(subject.words), lambda _: False)
    except DataUnavailable as error:
        raise NotApplicable(f"its data is not here: {error}") from error


@cache
def load(subject: Subject) -> Splits:
    """Its splits, as its own `load` returns them, once. Raises as `source_of` and `load` do."""
    splits: Splits = subject.component.load(source_of(subject))
    return splits
