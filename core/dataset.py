"""What a data set is: images with one label each, known before they are loaded."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from zookit.core.component import Component
from zookit.core.remote_file import RemoteFile
from zookit.core.source import Source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set without loading or downloading anything.

    `image_shape` is (height, width, channels), grey images having one channel; `sizes` are the
    numbers of images by split name of the full set, empty where they are not known beforehand.
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)
    license: str = ""
    citation: str = ""
    homepage: str = ""
    task: Literal["classification"] = "classification"


@dataclass(frozen=True, eq=False)
class Split:
    """Images uint8 (N, H, W, C), 0 to 255, and labels int64 (N,), each an index of class_names.

    Both may be memory-mapped.
    """

    images: "npt.NDArray[np.uint8]"
    labels: "npt.NDArray[np.int64]"

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Splits:
    """What a data set loads.

    `left_out` names, one line each, what could not be read and so is in no split.
    """

    train: Split
    test: Split
    validation: Split | None = None
    left_out: tuple[str, ...] = ()

    def by_name(self) -> dict[str, Split]:
        """The splits there are: train, test and, where there is one, validation."""
        splits = {"train": self.train, "test": self.test}
        return splits if self.validation is None else {**splits, "validation": self.validation}


@dataclass(frozen=True)
class Dataset(Component, ABC):
    """Base of data sets.

    One whose content is published declares `files`, pinned by SHA-256, and the `home` they share:
    zookit then finds or downloads them. One that reads a folder of the user's returns it from
    `folder`. One that makes its images declares neither. `zookit.core.data` has the tools.
    """

    files: ClassVar[tuple[RemoteFile, ...]] = ()
    """The files of the full set."""
    home: ClassVar[str] = ""
    """The folder of the set's files below ZOOKIT_DATA_DIR, ZOOKIT_MIRROR and the cache."""
    system: ClassVar[tuple[str, ...]] = ()
    """Folders where systems keep the set's files; `~` is expanded."""
    sample: ClassVar[Path | None] = None
    """The folder of the bundled sample, laid out like the full set."""

    @property
    def folder(self) -> Path | None:
        """The user's own folder that this data set reads, where it is of that kind."""
        return None

    @property
    @abstractmethod
    def info(self) -> DatasetInfo:
        """What is known beforehand. A folder's info may look at the folder. Raises DataError."""

    @abstractmethod
    def load(self, source: Source) -> Splits:
        """Read the images from `source.folder`; the same source gives the same splits.

        Raises DataError where the files are not what they should be.
        """
