"""The data set `cifar100`."""

from dataclasses import dataclass
from typing import Annotated, Literal

from zookit.core import Dataset, DatasetInfo, Doc, Splits
from zookit.core.data import RemoteFile, Source
from zookit.plugins.datasets.cifar_files import MINDSPORE, cifar_info, read_cifar_splits

_ARCHIVE = "cifar-100-binary.tar.gz"
_COARSE = (
    *("aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables"),
    *("household_electrical_devices", "household_furniture", "insects", "large_carnivores"),
    *("large_man-made_outdoor_things", "large_natural_outdoor_scenes"),
    *("large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people"),
    *("reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2"),
)
_FINE = (
    *("apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle"),
    *("bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle"),
    *("caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch"),
    *("crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest"),
    *("fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower"),
    *("leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain"),
    *("mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear"),
    *("pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit"),
    *("raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk"),
    *("skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower"),
    *("sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train"),
    *("trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm"),
)
"""The names in the archive, in its order."""


@dataclass(frozen=True)
class Cifar100(Dataset):
    """CIFAR-100: 32 x 32 colour photos of a hundred kinds of things.

    Images are uint8 (N, 32, 32, 3); labels are 0 to 99, or 0 to 19 for the coarse labels, in the
    order of the class names. There are 50,000 training and 10,000 test images (Krizhevsky 2009).
    No licence is stated, so no sample is bundled. A folder `cifar-100` in ZOOKIT_DATA_DIR may have
    the archive of the binary version, or what is in it.

    Other names: cifar_100.
    """

    labels: Annotated[
        Literal["fine", "coarse"], Doc("The 100 classes, or the 20 groups of five classes.")
    ] = "fine"

    # The archive of the binary version, whose hash TensorFlow Datasets publishes, and the copy
    # that MindSpore uses.
    files = (
        RemoteFile(
            _ARCHIVE,
            "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
            (
                f"https://www.cs.toronto.edu/~kriz/{_ARCHIVE}",
                f"{MINDSPORE}{_ARCHIVE}",
            ),
            168_513_733,
        ),
    )
    home = "cifar-100"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes and classes."""
        return cifar_info(_FINE if self.labels == "fine" else _COARSE)

    def load(self, source: Source) -> Splits:
        """Read the archive, or the folder that is in it."""
        return read_cifar_splits(
            source,
            _ARCHIVE,
            ["cifar-100-binary/train.bin"],
            ["cifar-100-binary/test.bin"],
            labels=2,  # coarse and fine
            label=1 if self.labels == "fine" else 0,
        )
