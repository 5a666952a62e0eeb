"""Loading a data set afresh, past the prepared cache."""

from functools import cache
from typing import TYPE_CHECKING

from zookit.core import Dataset, DataUnavailable, Splits
from zookit.core.source import Source
from zookit.data.source import find
from zookit.testing.target import NotApplicable, Subject

if TYPE_CHECKING:
    from zookit.core.source import DataRequest


def source_of(subject: Subject) -> Source:
    """The bundled sample where there is one, else whatever the set reads or makes.

    Raises NotApplicable where that cannot be had.
    """
    dataset: Dataset = subject.component
    request: DataRequest = "full" if dataset.sample is None else "sample"
    try:
        return find(dataset, request, str(subject.words), lambda _: False)
    except DataUnavailable as error:
        raise NotApplicable(f"its data is not here: {error}") from error


@cache
def load(subject: Subject) -> Splits:
    """Its splits, as its own `load` returns them, once. Raises as `source_of` and `load` do."""
    splits: Splits = subject.component.load(source_of(subject))
    return splits
