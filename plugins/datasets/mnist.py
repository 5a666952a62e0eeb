"""The data set `mnist`."""

from dataclasses import dataclass
from pathlib import Path

from zookit.core import Dataset, DatasetInfo, Splits
from zookit.core.data import RemoteFile, Source, read_idx_splits

# The copies that TensorFlow Datasets and torchvision use; the hashes and sizes are of the
# content of the .gz files.
_HOSTS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
_CONTENT = {
    "train-images-idx3-ubyte": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        47_040_016,
    ),
    "train-labels-idx1-ubyte": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        60_008,
    ),
    "t10k-images-idx3-ubyte": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        7_840_016,
    ),
    "t10k-labels-idx1-ubyte": (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        10_008,
    ),
}


@dataclass(frozen=True)
class Mnist(Dataset):
    """MNIST: 28 x 28 grey images of handwritten digits.

    Images are uint8 (N, 28, 28, 1), 0 (background) to 255; labels are the digits 0 to 9. There are
    60,000 training and 10,000 test images (LeCun, Cortes, Burges). Licence CC BY-SA 3.0. The
    bundled sample has 6,000 training and 1,000 test images. Other names: digits,
    handwritten_digits.
    """

    files = tuple(
        RemoteFile(
            f"{name}.gz",
            sha256,
            tuple(f"{host}{name}.gz" for host in _HOSTS),
            size,
            decompressed=True,
        )
        for name, (sha256, size) in _CONTENT.items()
    )
    home = "mnist"
    sample = Path(__file__).parent / "samples" / "mnist"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes, classes and licence."""
        return DatasetInfo(
            image_shape=(28, 28, 1),
            class_names=tuple("0123456789"),
            sizes={"train": 60_000, "test": 10_000},
            license="CC BY-SA 3.0 (Yann LeCun, Corinna Cortes)",
            citation="LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document "
            "recognition. Proceedings of the IEEE 86(11), 1998",
            homepage="http://yann.lecun.com/exdb/mnist/",
        )

    def load(self, source: Source) -> Splits:
        """Read the four IDX files."""
        return read_idx_splits(source)
