"""The data set `horse_or_human`."""

from dataclasses import dataclass
from pathlib import Path

from zookit.core import Dataset, DatasetInfo, Split, Splits
from zookit.core.data import RemoteFile, Source, read_class_folders, unpacked

_HOST = "https://storage.googleapis.com/download.tensorflow.org/data/"
_CLASSES = ("horses", "humans")
_SHAPE = (300, 300, 3)


@dataclass(frozen=True)
class HorseOrHuman(Dataset):
    """Horses or Humans: 300 x 300 colour renderings of horses and people.

    Images are uint8 (N, 300, 300, 3); labels are 0 for horses and 1 for humans. There are 1,027
    training images; the test split is the 256 images published for validation (Moroney 2019).
    Licence CC BY 2.0. The bundled sample has 128 training and 63 test images, as JPEG.

    Other names: horses_or_humans, horses.
    """

    files = (
        RemoteFile(
            "horse-or-human.zip",
            "e2e6f70d3d549c5dd10a57165e55af253ee66ad750403f95c0fb76bb943633a9",
            (f"{_HOST}horse-or-human.zip",),
            149_574_867,
        ),
        RemoteFile(
            "validation-horse-or-human.zip",
            "ae5fff2f4f5554791f05358108e2e05d9801b191f1896ea101402f0e7f6c32c0",
            (f"{_HOST}validation-horse-or-human.zip",),
            11_480_187,
        ),
    )
    home = "horse-or-human"
    sample = Path(__file__).parent / "samples" / "horse_or_human"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes, classes and licence."""
        return DatasetInfo(
            image_shape=_SHAPE,
            class_names=_CLASSES,
            sizes={"train": 1027, "test": 256},
            license="CC BY 2.0 (Laurence Moroney)",
            citation="Moroney: Horses or Humans Dataset. 2019",
            homepage="https://laurencemoroney.com/datasets.html",
        )

    def load(self, source: Source) -> Splits:
        """Read the two published zip files, or the folders `train` and `validation`."""
        train, train_left_out = _read(source, "train", "horse-or-human.zip")
        test, test_left_out = _read(source, "validation", "validation-horse-or-human.zip")
        return Splits(train, test, left_out=(*train_left_out, *test_left_out))


def _read(source: Source, name: str, archive: str) -> tuple[Split, tuple[str, ...]]:
    # The full data set is the pinned files, whatever else the folder contains.
    if source.origin != "full" and source.folder is not None and (source.folder / name).is_dir():
        return read_class_folders(source.folder / name, _CLASSES, _SHAPE, source.progress)
    with unpacked(source.file(archive)) as folder:
        return read_class_folders(folder, _CLASSES, _SHAPE, source.progress)
