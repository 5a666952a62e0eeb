"""The data set `fashion_mnist`."""

from dataclasses import dataclass
from pathlib import Path

from zookit.core import Dataset, DatasetInfo, Splits
from zookit.core.data import RemoteFile, Source, read_idx_splits

# Keras's copy of the files; the hashes and sizes are of the content of the .gz files.
_HOST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_CONTENT = {
    "train-images-idx3-ubyte": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        47_040_016,
    ),
    "train-labels-idx1-ubyte": (
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        60_008,
    ),
    "t10k-images-idx3-ubyte": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        7_840_016,
    ),
    "t10k-labels-idx1-ubyte": (
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        10_008,
    ),
}


@dataclass(frozen=True)
class FashionMnist(Dataset):
    """Fashion-MNIST: 28 x 28 grey images of ten kinds of clothing, from Zalando's shop.

    Images are uint8 (N, 28, 28, 1), 0 (background) to 255; labels are 0 to 9, in the order of the
    class names. There are 60,000 training and 10,000 test images (Xiao, Rasul, Vollgraf 2017,
    arXiv:1708.07747). Licence MIT. The bundled sample has 6,000 training and 1,000 test images.
    """

    files = tuple(
        RemoteFile(f"{name}.gz", sha256, (f"{_HOST}{name}.gz",), size, decompressed=True)
        for name, (sha256, size) in _CONTENT.items()
    )
    home = "fashion-mnist"
    # Debian's package dataset-fashion-mnist, and Keras's downloads.
    system = ("/usr/share/datasets/fashion-mnist", "~/.keras/datasets/fashion-mnist")
    sample = Path(__file__).parent / "samples" / "fashion_mnist"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes, classes and licence."""
        return DatasetInfo(
            image_shape=(28, 28, 1),
            class_names=(
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            sizes={"train": 60_000, "test": 10_000},
            license="MIT (Zalando SE)",
            citation="Xiao, Rasul, Vollgraf: Fashion-MNIST. 2017. arXiv:1708.07747",
            homepage="https://github.com/zalandoresearch/fashion-mnist",
        )

    def load(self, source: Source) -> Splits:
        """Read the four IDX files."""
        return read_idx_splits(source)
