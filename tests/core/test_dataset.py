"""What a notebook shows of splits and infos."""

import subprocess
import sys

import numpy as np

from zookit.core import DatasetInfo, Split, Splits

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 8, 6, 1), np.uint8)
SPLIT = Split(IMAGES, np.arange(12) % 3)
SPLITS = Splits(SPLIT, Split(IMAGES[:4], SPLIT.labels[:4]))


def test_splits_show_their_sizes() -> None:
    assert repr(SPLIT) == "<Split: 12 images 8 x 6 x 1>"
    assert repr(SPLITS) == "<Splits: train 12 images 8 x 6 x 1, test 4 images 8 x 6 x 1>"
    assert "validation 12 images" in repr(Splits(SPLIT, SPLIT, SPLIT))


def test_wrong_splits_can_be_shown() -> None:
    assert repr(Splits(3, None)) == "<Splits: train int, test NoneType>"  # type: ignore[arg-type]


def test_splits_show_a_contact_sheet() -> None:
    shown = SPLITS._repr_html_()
    for heading in ("label", "train", "test", "images"):
        assert f">{heading}</th>" in shown
    assert shown.count("data:image/png;base64,") == 3
    assert ">4</td>" in shown  # training images of a class
    assert ">2</td>" in shown  # test images of label 0
    assert SPLIT._repr_html_().count("data:image/png;base64,") == 3


def test_an_info_shows_shape_classes_and_sizes() -> None:
    info = DatasetInfo((8, 6, 1), ("<cat>", "dog"), {"train": 6000}, license="MIT")
    assert repr(info) == "<DatasetInfo: images 8 x 6 x 1, 2 classes, 6,000 train>"
    shown = info._repr_html_()
    for text in ("8 x 6 x 1", "2: &lt;cat&gt;, dog", "6,000 train", "MIT"):
        assert text in shown
    assert "homepage" not in shown


def test_importing_core_imports_neither_numpy_nor_pillow() -> None:
    code = "import sys, zookit.core; sys.exit(bool({'numpy', 'PIL'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
