"""Data sets: images with one label each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from zookit.core import html
from zookit.core.component import Component
from zookit.core.messages import counted
from zookit.core.progress import Progress
from zookit.core.remote_file import RemoteFile
from zookit.core.source import Source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, repr=False)
class DatasetInfo:
    """What is known about a data set before it is downloaded or loaded.

    Args:
        image_shape: height, width and channels; grey images have one channel.
        class_names: the names of the classes; a label is an index into them.
        sizes: the number of images in each split of the full data set, by split name. Empty if
            not known.
        license: the licence of the images.
        citation: the publication to cite.
        homepage: the URL of the data set's page.
        task: always "classification".
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)
    license: str = ""
    citation: str = ""
    homepage: str = ""
    task: Literal["classification"] = "classification"

    def __repr__(self) -> str:
        facts = [f"images {_by(self.image_shape)}", f"{len(self.class_names)} classes"]
        facts += [f"{size:,} {name}" for name, size in self.sizes.items()]
        return f"<DatasetInfo: {', '.join(facts)}>"

    def _repr_html_(self) -> str:
        sizes = ", ".join(f"{size:,} {name}" for name, size in self.sizes.items())
        facts = {
            "images": _by(self.image_shape),
            "classes": f"{len(self.class_names)}: {', '.join(self.class_names)}",
            "sizes": sizes,
            "license": self.license,
            "citation": self.citation,
            "homepage": self.homepage,
        }
        return html.table((), [(name, value) for name, value in facts.items() if value])


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Images and their labels.

    Args:
        images: uint8 (N, H, W, C), from 0 to 255. May be memory-mapped.
        labels: int64 (N,), indices into the data set's class names.
    """

    images: "npt.NDArray[np.uint8]"
    labels: "npt.NDArray[np.int64]"

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"<Split: {_size(self)}>"

    def _repr_html_(self) -> str:
        return _sheet({"count": self})


@dataclass(frozen=True, eq=False, repr=False)
class Splits:
    """What `Dataset.load` returns.

    Args:
        train: the training images.
        test: the images to evaluate on.
        validation: images to validate on during training, if the data set has its own.
        left_out: one line for each file that could not be read.
    """

    train: Split
    test: Split
    validation: Split | None = None
    left_out: tuple[str, ...] = ()

    def by_name(self) -> dict[str, Split]:
        """Return the splits by name: train, test and, if there is one, validation."""
        splits = {"train": self.train, "test": self.test}
        return splits if self.validation is None else {**splits, "validation": self.validation}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {_size(split)}" for name, split in self.by_name().items())
        return f"<Splits: {sizes}>"

    def _repr_html_(self) -> str:
        return _sheet(self.by_name())


@dataclass(frozen=True)
class Dataset(Component, ABC):
    """Base class of data sets.

    There are four kinds. A published data set declares `files`, pinned by SHA-256, and `home`, and
    zookit finds or downloads the files. A data set that reads a folder of the user returns it from
    `folder`. A data set whose files a library finds and downloads does so in `fetched`, and returns
    their folder from `downloaded`. A data set that generates its images declares none of these.
    `zookit.core.data` has tools for all of them.

        @dataclass(frozen=True)
        class Stripes(Dataset):
            '''Horizontal and vertical stripes.'''

            count: Annotated[int, Gt(0), Doc("Number of images per split.")] = 100

            @property
            def info(self) -> DatasetInfo:
                return DatasetInfo((8, 8, 1), ("horizontal", "vertical"))

            def load(self, source: Source) -> Splits:
                return Splits(stripes(self.count, seed=0), stripes(self.count, seed=1))
    """

    files: ClassVar[tuple[RemoteFile, ...]] = ()
    """The files of the full data set."""
    home: ClassVar[str] = ""
    """The name of the data set's folder in ZOOKIT_DATA_DIR, ZOOKIT_MIRROR and the cache."""
    system: ClassVar[tuple[str, ...]] = ()
    """Further folders that may contain the files; `~` is expanded."""
    sample: ClassVar[Path | None] = None
    """The folder of a bundled sample, with the same layout as the full data set."""

    @property
    def folder(self) -> Path | None:
        """The folder of the user that this data set reads; None for other data sets."""
        return None

    @property
    def downloaded(self) -> Path | None:
        """The folder that `fetched` has downloaded files to; None for other data sets."""
        return None

    def fetched(self, progress: Progress, offline: bool) -> Self:  # noqa: ARG002
        """Return this data set with its files on this machine and its parameters decided.

        It is called before `info`, and may use the network. What it returns is recorded instead of
        what the user wrote, so it pins what may change, such as the commit behind a branch. What is
        pinned and on this machine needs no network.

        Args:
            progress: reports downloading.
            offline: use only what is on this machine.

        Raises:
            DataUnavailable: the network is needed, but not allowed or not available.
            DataError: it is not a data set of images with one label each.
        """
        return self

    @property
    @abstractmethod
    def info(self) -> DatasetInfo:
        """The shape, the classes and more, before the images are loaded.

        It must be quick and must not download anything; it may list the user's folder, and read
        what `fetched` has downloaded. Raises DataError if that cannot be used.
        """

    @abstractmethod
    def load(self, source: Source) -> Splits:
        """Read the images from `source.folder`.

        The same source must give the same splits, bit for bit. Report long work with
        `source.progress`. Raises DataError if the files are not what they should be.
        """


def _sheet(splits: Mapping[str, Split]) -> str:
    from zookit.core.contact_sheet import sheet_of  # keeps NumPy and Pillow out of start-up

    return sheet_of(splits)


def _size(split: object) -> str:
    # A data set's author may have put anything in place of a split.
    shape = getattr(getattr(split, "images", None), "shape", None)
    return f"{counted(shape[0], 'image')} {_by(shape[1:])}" if shape else f"{type(split).__name__}"


def _by(lengths: Sequence[int]) -> str:
    return " x ".join(map(str, lengths))
