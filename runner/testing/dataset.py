"""What is asked of data sets."""

import hashlib

import numpy as np

from zookit.core import Dataset, DatasetInfo
from zookit.core.data import check_splits
from zookit.testing.check import require
from zookit.testing.loading import load, source_of
from zookit.testing.subprocess_checks import ask
from zookit.testing.target import Subject


def info_is_sound(subject: Subject) -> None:
    """Its info has an image shape (height, width, channels) and two classes or more, all named.

    No two classes have one name. A published set's info also has licence, citation and homepage.
    """
    dataset: Dataset = subject.component
    info = dataset.info
    require(isinstance(info, DatasetInfo), f"info is {info!r}, not a DatasetInfo")
    shape = info.image_shape
    require(
        len(shape) == 3 and all(isinstance(size, int) and size > 0 for size in shape),
        f"image_shape is {shape!r}",
    )
    names = info.class_names
    require(len(names) >= 2, f"it has {len(names)} class name(s)")
    require(all(names) and len(set(names)) == len(names), f"its class names are {names!r}")
    if dataset.files:
        for field in ("license", "citation", "homepage"):
            require(getattr(info, field), f"it is published, but its info has no {field}")


def arrays_agree_with_info(subject: Subject) -> None:
    """It loads images uint8 (N, H, W, C) of its info's shape, each with an index of a class name.

    Every class is in training and in test.
    """
    info, splits = subject.component.info, load(subject)
    check_splits(str(subject.words), info, splits)
    for where in ("train", "test"):
        found = set(np.unique(splits.by_name()[where].labels).tolist())
        missing = [name for at, name in enumerate(info.class_names) if at not in found]
        require(not missing, f"the {where} split has no image of {', '.join(missing[:5])}")


def info_stays_the_same(subject: Subject) -> None:
    """Its info says the same before and after loading, and its sizes are those of the full set."""
    fresh = subject.build()
    before = fresh.info
    source = source_of(subject)
    splits = fresh.load(source)
    require(fresh.info == before, f"info was {before} and is {fresh.info} after loading")
    if source.origin == "full":
        for name, size in before.sizes.items():
            split = splits.by_name().get(name)
            found = 0 if split is None else len(split)
            require(found == size, f"info says {size} images in {name}, loaded were {found}")


def no_test_image_is_in_training(subject: Subject) -> None:
    """No image of the test or validation split is in training, nor a test image in validation."""
    splits = load(subject).by_name()
    seen: dict[bytes, str] = {}
    for name in ("train", "validation", "test"):
        if name not in splits:
            continue
        pixels = [hashlib.sha256(image.tobytes()).digest() for image in splits[name].images]
        twice = [(at, seen[image]) for at, image in enumerate(pixels) if image in seen]
        require(
            not twice,
            f"{len(twice)} of {len(pixels)} images of the {name} split are in another, too; the "
            f"first is image {twice[0][0] if twice else ''}, in {twice[0][1] if twice else ''}",
        )
        seen |= dict.fromkeys(pixels, name)


def loading_is_deterministic(subject: Subject) -> None:
    """The same source gives the same images and labels in the same order, in every process.

    Neither the state of Python's or NumPy's random generators nor the order of a set decides it.
    """
    source_of(subject)  # says here where there is nothing to load
    one, two = (ask(subject, "digest", PYTHONHASHSEED=seed) for seed in ("1", "2"))
    require(one == two, "two loadings, in two processes, differ")


CHECKS = (
    info_is_sound,
    arrays_agree_with_info,
    info_stays_the_same,
    no_test_image_is_in_training,
    loading_is_deterministic,
)
