"""The data set `tfds`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from zookit.core import DataError, Dataset, DatasetInfo, DataUnavailable, Doc, Splits
from zookit.core.data import (
    Progress,
    Source,
    downloading,
    downloads_folder,
    shape_of_image,
)
from zookit.plugins.datasets import hosted_images as hosted
from zookit.plugins.datasets.held_out import SplitSeed, TestFraction
from zookit.plugins.datasets.tfds_copy import (
    copy_of,
    describe_copy,
    examples,
    is_outdated,
    make_copy,
    remember,
    remembered,
)

_NAME = re.compile(r"[a-z0-9_]+(/\w[\w.-]*)?")
_LIBRARY = "tensorflow-datasets"


@dataclass(frozen=True)
class Tfds(Dataset):
    """A data set of images of TensorFlow Datasets.

    Images are uint8 (N, height, width, 1 or 3), as large as they are; pass `size` if their sizes
    differ. The features of images and labels, and the splits, are found if there is one of each, or
    if their names are usual. Without a test split, the validation split is the test split; without
    both, a random fraction of each class is. A test image that is a training image too is left out.

    TensorFlow Datasets downloads and prepares the data in its own folder, TFDS_DATA_DIR or
    ~/tensorflow_datasets, unless it is prepared there. Its code for the data set runs in a process
    of its own. zookit keeps a copy of the encoded images in its cache, which is read without
    TensorFlow and without a network, and made again if what is prepared changes. The run records
    the configuration and the version.

    Other names: tensorflow_datasets.
    """

    name: Annotated[str, Doc("Name, such as cifar10, or with a configuration emnist/letters.")]
    version: Annotated[str | None, Doc("Version, such as 3.0.2; the newest by default.")] = None
    image: Annotated[str | None, Doc("Feature of images.")] = None
    label: Annotated[str | None, Doc("Feature of labels.")] = None
    train: hosted.TrainSplit = None
    test: hosted.TestSplit = None
    validation: hosted.ValidationSplit = None
    size: hosted.Size = None
    grey: hosted.Grey = None
    split: TestFraction = 0.2
    seed: SplitSeed = 0

    packages: ClassVar[Mapping[str, str]] = {"tensorflow_datasets": "zookit[tfds]"}

    def __post_init__(self) -> None:
        """Check the form of the name and the version, which become names of folders."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"name must be NAME or NAME/CONFIG, such as emnist/letters, got {self.name!r}; "
                "write a version as version=3.0.2"
            )
        if self.version is not None and not re.fullmatch(r"\d+\.\d+\.\d+", self.version):
            raise ValueError(f"version must be of the form 3.0.2, got {self.version!r}")

    @property
    def downloaded(self) -> Path | None:
        """The folder of the copy, if it is on this machine."""
        copy = self._copy()
        return copy if copy is not None and describe_copy(copy) is not None else None

    def fetched(self, progress: Progress, offline: bool) -> Self:
        """Prepare the data and copy the images, unless they are here."""
        pinned = self
        library = installed_version(_LIBRARY)
        if self.version is None:
            known = remembered(self._home(), self.name, library)
            pinned = replace(self, name=known[0], version=known[1]) if known else self
        copy = pinned.downloaded
        if copy is None or is_outdated(copy, pinned.name, pinned.version or ""):
            if offline:
                raise DataUnavailable(f"{self.name} is not on this machine.")
            with downloading(self._home().name) as own:
                found = make_copy(own, self._request(), progress)
                if self.version is None:
                    remember(own, self.name, library, found)
            pinned = replace(self, name=found["name"], version=found["version"])
        pinned.info  # noqa: B018 - the first image may be damaged
        return pinned

    @property
    def info(self) -> DatasetInfo:
        """The shape of the first image, and what TensorFlow Datasets says about the rest."""
        copy, found = self._described()
        sizes = found["sizes"]
        return DatasetInfo(
            image_shape=self._image_shape(copy).shape,
            class_names=tuple(found["class_names"]),
            sizes=sizes if "test" in sizes else {},
            license=found["license"],
            citation=found["citation"],
            homepage=found["homepage"],
        )

    def load(self, source: Source) -> Splits:
        """Read the images from the copy."""
        copy, found = self._described()
        parts = {split: (size, examples(copy, split)) for split, size in found["sizes"].items()}
        return hosted.read_splits(
            parts,
            self._image_shape(copy),
            source,
            tuple(found["class_names"]),
            fraction=self.split,
            seed=self.seed,
        )

    def _home(self) -> Path:
        return downloads_folder(f"tfds-{self.name.partition('/')[0]}")

    def _copy(self) -> Path | None:
        if self.version is None:
            return None
        return copy_of(self._home(), self.name, self.version, self._request())

    def _request(self) -> dict[str, Any]:
        return {
            "name": f"{self.name}:{self.version}" if self.version else self.name,
            "image": self.image,
            "label": self.label,
            "splits": hosted.given_splits(self),
        }

    def _described(self) -> tuple[Path, dict[str, Any]]:
        copy = self._copy()
        found = None if copy is None else describe_copy(copy)
        if copy is None or found is None:
            raise hosted.not_here("tfds", self, self.name)
        return copy, found

    def _image_shape(self, copy: Path) -> hosted.ImageShape:
        content, _ = next(examples(copy, "train"), (b"", 0))
        try:
            return hosted.ImageShape(self.size, self.grey, shape_of_image(content))
        except DataError as error:
            raise DataError(f"{self.name}: the first image {error}.") from None
