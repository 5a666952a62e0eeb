"""The images of a run as callbacks see them: read-only, and gathered only if they are used."""

from typing import TYPE_CHECKING, Any

from zookit.core import Split, Splits
from zookit.core.data.split import subset
from zookit.training.feeds import Feeds

if TYPE_CHECKING:
    import numpy.typing as npt

    from zookit.training.batches import Batches


def read_only_splits(feeds: Feeds) -> Splits:
    """Return what a run trains, validates and is evaluated on. Assigning raises ValueError."""
    validation = feeds.validation
    return Splits(
        _part(feeds.train), _part(feeds.test), None if validation is None else _part(validation)
    )


def _part(batches: "Batches") -> Split:
    split = batches.split
    if batches.size == len(split):
        return Split(_read_only(split.images), _read_only(split.labels))
    return _Part(batches)


class _Part(Split):
    """Some images of a split, in its order, copied to disk when they are used first."""

    def __init__(self, batches: "Batches") -> None:
        object.__setattr__(self, "_batches", batches)
        object.__setattr__(self, "labels", _read_only(batches.labels))

    def __len__(self) -> int:
        return len(self.labels)

    def __getattr__(self, name: str) -> Any:
        if name != "images":
            raise AttributeError(name)
        images = _read_only(subset(self._batches.split, self._batches.indices).images)
        object.__setattr__(self, "images", images)
        return images


def _read_only(array: "npt.NDArray[Any]") -> "npt.NDArray[Any]":
    view = array.view()
    view.flags.writeable = False
    return view
