"""Preparing what memory cannot hold: bounded memory, no room on disk, a kill in the middle."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_data import put_pictures

from zookit.core import DataError, Split
from zookit.core.data import cache_folder, empty_images, subset
from zookit.data.cache_contents import kept, remove
from zookit.data.prepared import prepare
from zookit.plugins.datasets.image_folder import ImageFolder

SIZE = 600
"""80 pictures of this size have 86 MB."""
ROOM = 40 * 10**6
"""Bytes that preparing them may take beyond what the imports took; with two threads, 20 MB do."""

# MAP_SHARED mappings, such as of the prepared arrays, are not counted by RLIMIT_DATA.
LIMITED = """
import logging, os, resource, signal, sys, threading
from contextlib import contextmanager
from pathlib import Path

from zookit.core import DataError
from zookit.data.prepared import prepare
from zookit.plugins.datasets.image_folder import ImageFolder

folder, size, memory, file_size, killed = sys.argv[1], *map(int, sys.argv[2:])
threading.stack_size(1 << 18)  # else a machine of many cores needs much for the stacks alone
logging.basicConfig(format="%(message)s")

if memory:
    status = Path("/proc/self/status").read_text()
    used = 1024 * int(status.partition("VmData:")[2].split()[0])
    resource.setrlimit(resource.RLIMIT_DATA, (used + memory,) * 2)
if file_size:
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size,) * 2)

@contextmanager
def progress(label, total, unit):
    def advance(amount):
        if killed and unit == "images":
            os.kill(os.getpid(), signal.SIGKILL)
    yield advance

try:
    print(prepare(ImageFolder(Path(folder), size=size), "auto", "photos", "x==1", progress).hash)
except DataError as error:
    sys.exit(str(error))
"""


def limited(
    folder: Path, *, memory: int = 0, file_size: int = 0, killed: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Prepare a folder of pictures in a process of its own; print the hash."""
    numbers = map(str, (SIZE, memory, file_size, int(killed)))
    return subprocess.run(
        [sys.executable, "-c", LIMITED, folder, *numbers],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


linux_alone = pytest.mark.skipif(
    sys.platform != "linux", reason="others do not count mapped memory against RLIMIT_DATA"
)


@linux_alone
@pytest.mark.parametrize("layout", [{"": 40}, {"train": 30, "test": 10}], ids=str)
def test_folder_larger_than_memory(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: dict[str, int]
) -> None:
    for folder, count in layout.items():
        put_pictures(photos / folder, cats=count, dogs=count)
        (photos / folder / "cats" / "010.png").write_text("no picture")
    done = limited(photos, memory=ROOM)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "other"))
    prepared = prepare(ImageFolder(photos, size=SIZE), "auto", "photos", "x==1")
    assert done.stdout.strip() == prepared.hash
    assert sum(split.images.nbytes for split in prepared.splits.by_name().values()) > 2 * ROOM


@linux_alone
def test_no_room_on_disk(photos: Path) -> None:
    put_pictures(photos, cats=40, dogs=40)
    in_memory = limited(photos, file_size=10**6)
    assert in_memory.returncode == 0, in_memory.stderr
    (line,) = in_memory.stderr.splitlines()
    assert "cannot be written" in line
    nowhere = limited(photos, memory=ROOM, file_size=10**6)
    assert nowhere.returncode == 1
    (line,) = nowhere.stderr.splitlines()
    assert line.startswith("photos: 80 images of 600 x 600 x 3 need 86,400,000 bytes")
    for way in ("free some room", f"{cache_folder()}", "ZOOKIT_CACHE_DIR", "smaller size"):
        assert way in line
    assert kept() == ()
    assert limited(photos).stdout == in_memory.stdout


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_nothing_is_left_of_a_killed_process(photos: Path) -> None:
    put_pictures(photos, cats=5, dogs=5)
    assert limited(photos, killed=True).returncode == -signal.SIGKILL
    left = [path for path in cache_folder().rglob("*") if path.is_file()]
    assert {path.parent.name for path in left} == {"hashes", "locks"}
    assert sum(path.stat().st_size for path in left) < 100
    assert len(limited(photos).stdout.strip()) == 64
    for each in kept():
        remove(each)
    left = [path for path in cache_folder().rglob("*") if path.is_file()]
    assert {path.parent.name for path in left} == {"locks"}


@pytest.mark.parametrize("count", [0, 1, 30])
def test_subset_is_what_numpy_gives(count: int) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 1000, 1000, 1), np.uint8)
    labels = rng.integers(0, 5, 40)
    chosen = rng.permutation(40)[:count]
    part = subset(Split(images, labels), chosen)
    assert np.array_equal(part.images, images[chosen])
    assert np.array_equal(part.labels, labels[chosen])
    strided = subset(Split(images[:, ::2], labels), chosen).images
    assert np.array_equal(strided, part.images[:, ::2])
    assert strided.flags.c_contiguous


def test_images_lie_on_disk_where_they_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk = empty_images((3, 4, 5, 1))
    assert isinstance(on_disk, np.memmap)
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    in_memory = empty_images((3, 4, 5, 1))
    assert not isinstance(in_memory, np.memmap)
    for images in (on_disk, in_memory):
        images[:] = 7
        assert images.shape == (3, 4, 5, 1)
        assert images.dtype == np.uint8


def test_no_room_at_all_is_explained() -> None:
    for shape in ((6, 10_000_000, 10_000_000, 3), (6, 10**12, 10**12, 3)):
        with pytest.raises(DataError, match=r"6 images of .* ZOOKIT_CACHE_DIR"):
            empty_images(shape)
