"""The data set `cifar10`."""

from dataclasses import dataclass

from zookit.core import Dataset, DatasetInfo, Splits
from zookit.core.data import RemoteFile, Source
from zookit.plugins.datasets.cifar_files import MINDSPORE, cifar_info, read_cifar_splits

_ARCHIVE = "cifar-10-binary.tar.gz"
_FOLDER = "cifar-10-batches-bin"
_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


@dataclass(frozen=True)
class Cifar10(Dataset):
    """CIFAR-10: 32 x 32 colour photos of ten kinds of animals and vehicles.

    Images are uint8 (N, 32, 32, 3); labels are 0 to 9, in the order of the class names. There are
    50,000 training and 10,000 test images (Krizhevsky 2009). No licence is stated, so no sample is
    bundled. A folder `cifar-10` in ZOOKIT_DATA_DIR may have the archive of the binary version, or
    what is in it.

    Other names: cifar_10, cifar.
    """

    # The archive of the binary version, whose hash TensorFlow Datasets publishes, and the copies
    # that Swift for TensorFlow and MindSpore use.
    files = (
        RemoteFile(
            _ARCHIVE,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            (
                f"https://www.cs.toronto.edu/~kriz/{_ARCHIVE}",
                f"https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/{_ARCHIVE}",
                f"{MINDSPORE}{_ARCHIVE}",
            ),
            170_052_171,
        ),
    )
    home = "cifar-10"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes and classes."""
        return cifar_info(_CLASSES)

    def load(self, source: Source) -> Splits:
        """Read the archive, or the folder that is in it."""
        return read_cifar_splits(
            source,
            _ARCHIVE,
            [f"{_FOLDER}/data_batch_{number}.bin" for number in range(1, 6)],
            [f"{_FOLDER}/test_batch.bin"],
        )
