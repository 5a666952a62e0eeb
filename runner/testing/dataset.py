"""The contract of data sets."""

import hashlib

import numpy as np

from zookit.core import Dataset, DatasetInfo
from zookit.core.data import check_splits
from zookit.core.messages import counted
from zookit.testing.check import require
from zookit.testing.loading import load_once
from zookit.testing.subprocess_checks import ask, digest
from zookit.testing.target import Target


def info_is_sound(target: Target) -> None:
    """Its info has an image shape (height, width, channels) and two or more classes, all named.

    Class names are unique. The info of a published data set also has license, citation, homepage.
    """
    dataset: Dataset = target.component
    info = dataset.info
    require(isinstance(info, DatasetInfo), f"info is {info!r}, not a DatasetInfo")
    shape = info.image_shape
    require(
        len(shape) == 3 and all(isinstance(size, int) and size > 0 for size in shape),
        f"image_shape is {shape!r}",
    )
    names = info.class_names
    require(len(names) >= 2, f"it has {counted(len(names), 'class name')}")
    require(all(names) and len(set(names)) == len(names), f"its class names are {names!r}")
    if dataset.files:
        for field in ("license", "citation", "homepage"):
            require(getattr(info, field), f"it is published, but its info has no {field}")


def arrays_agree_with_info(target: Target) -> None:
    """It loads images uint8 (N, H, W, C) of its info's shape, each labeled with a class index.

    Every class occurs in the training and in the test split.
    """
    info, splits = target.component.info, load_once(target).splits
    check_splits(str(target.words), info, splits)
    for where in ("train", "test"):
        found = set(np.unique(splits.by_name()[where].labels).tolist())
        missing = [name for at, name in enumerate(info.class_names) if at not in found]
        require(not missing, f"the {where} split has no image of {', '.join(missing[:5])}")


def info_stays_the_same(target: Target) -> None:
    """Its info is the same before and after loading, and its sizes are those of the full set."""
    loaded = load_once(target)
    before, after = loaded.before, loaded.after
    require(after == before, f"info was {before} and is {after} after loading")
    if loaded.source.origin == "full":
        splits = loaded.splits.by_name()
        for name, size in before.sizes.items():
            found = len(splits[name]) if name in splits else 0
            require(found == size, f"info says {size} images in {name}, but {found} were loaded")


def no_test_image_is_in_training(target: Target) -> None:
    """No test or validation image is in the training split, no test image in validation."""
    splits = load_once(target).splits.by_name()
    seen: dict[bytes, str] = {}
    for name in ("train", "validation", "test"):
        if name not in splits:
            continue
        pixels = [hashlib.sha256(image.tobytes()).digest() for image in splits[name].images]
        twice = [(at, seen[image]) for at, image in enumerate(pixels) if image in seen]
        require(
            not twice,
            f"{len(twice)} of {len(pixels)} images of the {name} split are also in another; the "
            f"first is image {twice[0][0] if twice else ''}, in {twice[0][1] if twice else ''}",
        )
        seen |= dict.fromkeys(pixels, name)


def loading_is_deterministic(target: Target) -> None:
    """The same source gives the same images and labels in the same order, in every process.

    They depend neither on the state of Python's or NumPy's random generators nor on the order of
    a set.
    """
    here = digest(load_once(target).splits)  # raises NotApplicable if there is no data
    require(here == ask(target, "digest"), "loading in two processes gives different data")


CHECKS = (
    info_is_sound,
    arrays_agree_with_info,
    info_stays_the_same,
    no_test_image_is_in_training,
    loading_is_deterministic,
)
