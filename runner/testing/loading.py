"""Loads a data set without the prepared cache."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from zookit.core import Dataset, DatasetInfo, DataUnavailable, Splits
from zookit.core.source import Source
from zookit.data.source import find
from zookit.testing.target import NotApplicable, Target

if TYPE_CHECKING:
    from zookit.core.source import DataRequest


@dataclass(frozen=True)
class Loaded:
    """The result of `load`, with the data set's info before and after the call."""

    source: Source
    before: DatasetInfo
    splits: Splits
    after: DatasetInfo


def load(target: Target) -> Loaded:
    """Load a new component's data: the bundled sample if there is one, else the full data.

    Raises NotApplicable if the data is not available here, and whatever `load` raises.
    """
    dataset: Dataset = target.build().component
    request: DataRequest = "full" if dataset.sample is None else "sample"
    try:
        source = find(dataset, request, str(target.words), lambda _: None)
    except DataUnavailable as error:
        raise NotApplicable(f"its data is not available: {error}") from error
    before = dataset.info
    splits = dataset.load(source)
    return Loaded(source, before, splits, dataset.info)


# A data set may be large: only the one that is being checked is kept.
load_once = lru_cache(maxsize=1)(load)
"""`load`, once for all checks of a target."""
