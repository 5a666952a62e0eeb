"""The data set `kmnist`."""

from dataclasses import dataclass

from zookit.core import Dataset, DatasetInfo, Splits
from zookit.core.data import RemoteFile, Source, read_idx_splits

# The publisher, and the copy that Swift for TensorFlow uses.
_HOSTS = (
    "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/KMNIST/",
)
# As TensorFlow Datasets publishes them.
_FILES = {
    "train-images-idx3-ubyte.gz": (
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        18_165_135,
    ),
    "train-labels-idx1-ubyte.gz": (
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        29_497,
    ),
    "t10k-images-idx3-ubyte.gz": (
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        3_041_136,
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        5_120,
    ),
}


@dataclass(frozen=True)
class Kmnist(Dataset):
    """Kuzushiji-MNIST: 28 x 28 grey images of ten cursive Japanese characters from old books.

    Images are uint8 (N, 28, 28, 1), 0 (background) to 255; labels are 0 to 9, in the order of the
    class names, which are the readings of the hiragana. There are 60,000 training and 10,000 test
    images (Clanuwat and others 2018, arXiv:1812.01718). Licence CC BY-SA 4.0. No sample is bundled.

    Other names: kuzushiji_mnist, kuzushiji.
    """

    files = tuple(
        RemoteFile(name, sha256, tuple(f"{host}{name}" for host in _HOSTS), size)
        for name, (sha256, size) in _FILES.items()
    )
    home = "kmnist"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes, classes and licence."""
        return DatasetInfo(
            image_shape=(28, 28, 1),
            class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
            sizes={"train": 60_000, "test": 10_000},
            license="CC BY-SA 4.0 (KMNIST Dataset, created by CODH, adapted from Kuzushiji "
            "Dataset, created by NIJL and others, doi:10.20676/00000341)",
            citation="Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto, Ha: Deep Learning for "
            "Classical Japanese Literature. 2018. arXiv:1812.01718",
            homepage="https://github.com/rois-codh/kmnist",
        )

    def load(self, source: Source) -> Splits:
        """Read the four IDX files."""
        return read_idx_splits(source)
