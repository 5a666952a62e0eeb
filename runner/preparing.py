"""A data set's words to its prepared images."""

from typing import TYPE_CHECKING

from zookit.console import bar
from zookit.core.data import Prepared, prepare
from zookit.registry import default

if TYPE_CHECKING:
    from zookit.core import Dataset
    from zookit.core.dataset import Want


def prepared_words(words: str, want: "Want") -> "tuple[Dataset, Prepared]":
    """The data set that the words choose, and its images. Raises ZookitError as both steps do."""
    dataset, chosen, owner = default.datasets.build(words)
    return dataset, prepare(dataset, want, chosen.short_name, owner or "", bar)
