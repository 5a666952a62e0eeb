"""The data set `image_folder`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Ge

from zookit.core import Dataset, DatasetInfo, Doc, Split, Splits
from zookit.core.data import (
    Source,
    SplitName,
    class_folders,
    read_class_folders,
    split_folders,
)
from zookit.plugins.datasets.held_out import (
    SplitSeed,
    TestFraction,
    validation_as_test,
    with_test,
)


@dataclass(frozen=True)
class ImageFolder(Dataset):
    """Your own images, in a folder with one folder per class (PNG, JPEG, GIF, BMP, WebP).

    If the folder contains `train` and `test` or `validation`, each with the class folders, these
    are the splits; other usual names, such as `training`, `val` and `testing`, are known too.
    Without `test`, `validation` is the test split; beside it, it validates during training. In a
    folder without splits, a random fraction of each class is the test split. Images are uint8 (N,
    size, size, 3), or (N, size, size, 1) with grey: the largest centred square of each image,
    scaled. Transparency becomes white.
    """

    path: Annotated[Path, Doc("Path of the folder.")]
    size: Annotated[int, Ge(8), Doc("Height and width to scale images to, in pixels.")] = 224
    grey: Annotated[bool, Doc("Convert images to grey, with one channel instead of three.")] = False
    split: TestFraction = 0.2
    seed: SplitSeed = 0

    @property
    def folder(self) -> Path:
        """The folder to read."""
        return self.path

    @property
    def info(self) -> DatasetInfo:
        """The image shape, and the class names from the folder. Raises DataError."""
        class_names = class_folders(split_folders(self.path).get("train", self.path))
        return DatasetInfo(
            image_shape=(self.size, self.size, 1 if self.grey else 3), class_names=class_names
        )

    def load(self, source: Source) -> Splits:
        """Read the images and split them if the folder has no splits."""
        whole: dict[SplitName, Path] = {"train": self.path}
        folders = validation_as_test(split_folders(self.path)) or whole
        read = {name: self._read(folder, source) for name, folder in folders.items()}
        return with_test(
            {name: split for name, (split, _) in read.items()},
            [line for _, lines in read.values() for line in lines],
            fraction=self.split,
            seed=self.seed,
            class_names=self.info.class_names,
        )

    def _read(self, folder: Path, source: Source) -> tuple[Split, tuple[str, ...]]:
        info = self.info
        return read_class_folders(folder, info.class_names, info.image_shape, source.progress)
