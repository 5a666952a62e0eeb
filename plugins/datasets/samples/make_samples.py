"""Make the small samples of real images that ship with the package.

    python plugins/datasets/samples/make_samples.py DATA_DIR [OUTPUT_DIR]

DATA_DIR holds the sources in the folders `fashion-mnist` and `mnist` (the four IDX .gz files each)
and `horse-or-human` ({train,validation}/{horses,humans}/*.png). Every sample gets the layout of its
full set, so that one loader reads both: IDX .gz files of the same names, or class folders of
images. OUTPUT_DIR is this folder unless given. The LICENSE.txt files are written by hand.

The draw depends on nothing but the files in DATA_DIR, and the output is the same byte for byte as
long as Pillow's JPEG encoder and zlib are. The bundled horse_or_human was made from 481 images out
of the original training archive, split by the number in the file name. A number is one rendered
sequence of a figure in a scene: the sequences of `validation` are not in `train`, but the same
figure in other clothes or another gait can be.
"""

from __future__ import annotations

import argparse
import gzip
import math
import struct
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

SEED = 2017
IDX_SETS = {"fashion-mnist": "fashion_mnist", "mnist": "mnist"}
IDX_PER_CLASS = {"train": 600, "t10k": 100}
IDX_UNSIGNED_BYTE = 0x0800
IMAGE_SET = ("horse-or-human", "horse_or_human")
IMAGES_PER_FOLDER = {
    "train/horses": 64,
    "train/humans": 64,
    "validation/horses": 32,
    "validation/humans": 31,
}
# The highest that keeps the images of the sample below 4 MB.
JPEG_QUALITY = 89


class SampleError(Exception):
    """A sample cannot be made from what was given."""


def random_keys(count: int) -> npt.NDArray[np.uint64]:
    """Return `count` random numbers to sort by, always the same."""
    # NumPy keeps the raw stream of a bit generator stable across versions, unlike Generator's.
    return np.random.PCG64(SEED).random_raw(count)


def idx_names(split: str) -> tuple[str, str]:
    """Return the names of a split's image and label files."""
    return f"{split}-images-idx3-ubyte.gz", f"{split}-labels-idx1-ubyte.gz"


def read_idx(path: Path, ndim: int) -> npt.NDArray[np.uint8]:
    """Read a gzipped IDX file of unsigned bytes with `ndim` dimensions."""
    content = gzip.decompress(path.read_bytes())
    header = struct.Struct(f">{1 + ndim}I")
    magic, *shape = header.unpack_from(content)
    if magic != IDX_UNSIGNED_BYTE | ndim or len(content) != header.size + math.prod(shape):
        message = f"{path} is not a complete IDX file of unsigned bytes in {ndim} dimensions"
        raise SampleError(message)
    return np.frombuffer(content, np.uint8, offset=header.size).reshape(shape)


def write_idx(path: Path, array: npt.NDArray[np.uint8]) -> None:
    """Write `array` as a gzipped IDX file that carries neither a time nor a name."""
    header = struct.pack(f">{1 + array.ndim}I", IDX_UNSIGNED_BYTE | array.ndim, *array.shape)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(header + array.tobytes())


def draw_per_class(labels: npt.NDArray[np.uint8], per_class: int) -> npt.NDArray[np.intp]:
    """Return the positions of `per_class` random members of every class, in ascending order."""
    keys = random_keys(len(labels))
    drawn = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        drawn.append(members[np.argsort(keys[members])[:per_class]])
    return np.sort(np.concatenate(drawn))


def sample_idx(source: Path, target: Path) -> None:
    """Make the sample of one IDX data set."""
    target.mkdir(parents=True, exist_ok=True)
    for split, per_class in IDX_PER_CLASS.items():
        images_name, labels_name = idx_names(split)
        images = read_idx(source / images_name, ndim=3)
        labels = read_idx(source / labels_name, ndim=1)
        if len(images) != len(labels) or np.bincount(labels).min() < per_class:
            message = (
                f"{source} has {len(images)} {split} images and {len(labels)} labels, "
                f"but as many of both and {per_class} a class are needed"
            )
            raise SampleError(message)
        drawn = draw_per_class(labels, per_class)
        write_idx(target / images_name, images[drawn])
        write_idx(target / labels_name, labels[drawn])


def draw_in_turns(paths: list[Path], count: int) -> list[Path]:
    """Return `count` random images, the rendered sequences taking turns."""
    shuffled = [paths[position] for position in np.argsort(random_keys(len(paths)))]
    seen: Counter[str] = Counter()
    turns: dict[Path, int] = {}
    for path in shuffled:
        sequence = path.stem.partition("-")[0]
        turns[path] = seen[sequence]
        seen[sequence] += 1
    return sorted(sorted(shuffled, key=turns.__getitem__)[:count])


def sample_images(source: Path, target: Path, count: int) -> None:
    """Make the sample of one class folder."""
    paths = sorted(source.glob("*.png"))
    if len(paths) < count:
        message = f"{source} has {len(paths)} .png images, but {count} are needed"
        raise SampleError(message)
    drawn = {f"{path.stem}.jpg": path for path in draw_in_turns(paths, count)}
    target.mkdir(parents=True, exist_ok=True)
    strangers = {path.name for path in target.iterdir()} - drawn.keys()
    if strangers:
        message = f"{target} holds files of another sample, such as {min(strangers)}; remove them"
        raise SampleError(message)
    for name, path in drawn.items():
        write_jpeg(target / name, path)


def write_jpeg(path: Path, source: Path) -> None:
    """Re-encode an image as an RGB JPEG, on white where it is transparent, without metadata."""
    with Image.open(source) as image:
        layer = image.convert("RGBA")
    # A new image, because the one read would hand its metadata on.
    canvas = Image.new("RGBA", layer.size, "white")
    canvas.alpha_composite(layer)
    canvas.convert("RGB").save(path, "JPEG", quality=JPEG_QUALITY, optimize=True)


def require_sources(data_dir: Path) -> None:
    """Raise unless `data_dir` has every file and folder the samples are made from."""
    expected = [f"{IMAGE_SET[0]}/{folder}" for folder in IMAGES_PER_FOLDER]
    for name in IDX_SETS:
        for split in IDX_PER_CLASS:
            expected += [f"{name}/{file}" for file in idx_names(split)]
    missing = [name for name in expected if not (data_dir / name).exists()]
    if missing:
        message = f"{data_dir} lacks {', '.join(missing)}"
        raise SampleError(message)


def make_samples(data_dir: Path, output_dir: Path) -> None:
    """Make all samples, or none when a source is missing."""
    require_sources(data_dir)
    for source, target in IDX_SETS.items():
        sample_idx(data_dir / source, output_dir / target)
    source, target = IMAGE_SET
    for folder, count in IMAGES_PER_FOLDER.items():
        sample_images(data_dir / source / folder, output_dir / target / folder, count)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Make the bundled samples of the data sets.")
    parser.add_argument("data_dir", type=Path, help="folder of the full data sets")
    parser.add_argument(
        "output_dir",
        type=Path,
        nargs="?",
        default=Path(__file__).parent,
        help="folder to write the samples to (default: the script's own)",
    )
    arguments = parser.parse_args()
    try:
        make_samples(arguments.data_dir, arguments.output_dir)
    except SampleError as error:
        sys.exit(f"make_samples: {error}")


if __name__ == "__main__":
    main()
