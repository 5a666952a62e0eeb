"""A data set's words to its prepared images."""

from typing import TYPE_CHECKING

from zookit.data.prepared import Prepared, prepare
from zookit.registry import default
from zookit.terminal import bar

if TYPE_CHECKING:
    from zookit.core import Dataset
    from zookit.core.source import DataRequest


def prepared_words(words: str, request: "DataRequest") -> "tuple[Dataset, Prepared]":
    """The data set that the words choose, and its images. Raises ZookitError as both steps do."""
    built = default.datasets.build(words)
    name, owner = built.spec.short_name, built.owner or ""
    return built.component, prepare(built.component, request, name, owner, bar)
