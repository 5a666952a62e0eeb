"""A sheet of images beside what augmentations make of them."""

from collections.abc import Sequence

import numpy as np

from zookit.core import Augmentation, DatasetInfo, Preference, Split
from zookit.preview import pairs_sheet, some_of_each_class
from zookit.registry import default
from zookit.terminal import waiting
from zookit.training.compatibility import check_shape
from zookit.training.options import split_words

_IMAGES = 12
_FEWEST = 0.005
"""The smallest share of a class that is shown."""


def build_all(words: Sequence[str]) -> list[Augmentation]:
    """Return the augmentations of the words; + joins bare names. Raises ZookitError."""
    return [
        default.augmentations.build(each).component for each in split_words(list(words), "augment")
    ]


def augmented_sheet(
    split: Split, info: DatasetInfo, augmentations: Sequence[Augmentation]
) -> bytes:
    """Return a PNG of twelve images beside what the augmentations, in their order, make of them.

    If they mix labels, the captions have the shares of the classes. Raises ImageShapeRefused if an
    augmentation cannot be used on the images.
    """
    for each in augmentations:
        check_shape(each, info.image_shape)
    at = some_of_each_class(split.labels, _IMAGES)
    images, labels = np.asarray(split.images[at]), split.labels[at]
    names = info.class_names
    with waiting("starting TensorFlow", quiet=False):
        from zookit.modeling.one_training import seed_training
        from zookit.modeling.runtime import start_runtime

        with start_runtime(precision="float32", preference=Preference(), threads=None):
            from zookit.modeling.augmented_model import augmented, build_augmentations

            seed_training(0)
            steps = build_augmentations(augmentations)
            changed, shares = augmented(steps, images, labels, len(names))
    mixes = any(each.mixes_labels for each in augmentations)
    captions = [
        (names[label], _shares(share, names) if mixes else "")
        for label, share in zip(labels, shares, strict=True)
    ]
    return pairs_sheet(list(zip(images, changed, strict=True)), captions)


def _shares(shares: "np.typing.NDArray[np.float32]", names: Sequence[str]) -> str:
    """Return the shares of the classes, the largest first, such as `cat 70 %, dog 30 %`."""
    order = np.argsort(-shares, kind="stable")
    shown = [at for at in order if shares[at] >= _FEWEST]
    return ", ".join(f"{names[at]} {shares[at]:.0%}" for at in shown)
