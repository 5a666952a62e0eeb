"""Images larger than memory: bounded memory, a full disk, a killed process."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_data import put_pictures

from zookit.core import DataError
from zookit.core.data import cache_folder, empty_images
from zookit.data.cache_contents import cache_entries, remove
from zookit.data.prepared import prepare
from zookit.plugins.datasets.image_folder import ImageFolder

pytestmark = pytest.mark.usefixtures("fresh_cache")

SIZE = 600
"""80 images of this size have 86 MB."""
ROOM = 40 * 10**6
"""Bytes that preparing may use beyond what imports use; with two threads it needs 20 MB."""

# MAP_SHARED mappings, such as of the prepared arrays, are not counted by RLIMIT_DATA.
LIMITED = """
import logging, os, resource, signal, sys, threading
from contextlib import contextmanager
from pathlib import Path

from zookit.core import DataError
from zookit.data.prepared import prepare
from zookit.plugins.datasets.image_folder import ImageFolder

folder, size, memory, file_size, killed = sys.argv[1], *map(int, sys.argv[2:])
threading.stack_size(1 << 18)  # with many cores the stacks alone would exceed the limit
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
    """Prepare a folder of images in another process; print the hash."""
    numbers = map(str, (SIZE, memory, file_size, int(killed)))
    return subprocess.run(
        [sys.executable, "-c", LIMITED, folder, *numbers],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def files_in_cache() -> list[Path]:
    found = [path for path in cache_folder().rglob("*") if path.is_file()]
    return [path for path in found if path.name != "CACHEDIR.TAG"]


linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="others do not count mapped memory against RLIMIT_DATA"
)


@linux_only
@pytest.mark.parametrize(
    "layout", [pytest.param({"": 40}, marks=pytest.mark.slow), {"train": 30, "test": 10}], ids=str
)
def test_folder_larger_than_memory(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: dict[str, int]
) -> None:
    for folder, count in layout.items():
        put_pictures(photos / folder, start=50 * (folder == "test"), cats=count, dogs=count)
        (photos / folder / "cats" / "010.png").write_text("no picture")
    done = limited(photos, memory=ROOM)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "other"))
    prepared = prepare(ImageFolder(photos, size=SIZE), "auto", "photos", "x==1")
    assert done.stdout.strip() == prepared.hash
    assert sum(split.images.nbytes for split in prepared.splits.by_name().values()) > 2 * ROOM


@pytest.mark.slow
@linux_only
def test_a_full_disk(photos: Path) -> None:
    put_pictures(photos, cats=40, dogs=40)
    in_memory = limited(photos, file_size=10**6)
    assert in_memory.returncode == 0, in_memory.stderr
    (line,) = in_memory.stderr.splitlines()
    assert str(cache_folder()) in line
    nowhere = limited(photos, memory=ROOM, file_size=10**6)
    assert nowhere.returncode == 1
    (line,) = nowhere.stderr.splitlines()
    assert line.startswith("photos: 80 images of 600 x 600 x 3 need 86,400,000 bytes")
    assert str(cache_folder()) in line
    assert "ZOOKIT_CACHE_DIR" in line
    assert cache_entries() == ()
    assert limited(photos).stdout == in_memory.stdout


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_nothing_is_left_of_a_killed_process(photos: Path) -> None:
    put_pictures(photos, cats=5, dogs=5)
    assert limited(photos, killed=True).returncode == -signal.SIGKILL
    left = files_in_cache()
    assert {path.parent.name for path in left} == {"hashes", "locks"}
    assert sum(path.stat().st_size for path in left) < 100
    assert len(limited(photos).stdout.strip()) == 64
    for each in cache_entries():
        remove(each)
    left = files_in_cache()
    assert {path.parent.name for path in left} == {"locks"}


def test_images_are_on_disk_if_possible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk = empty_images((3, 4, 5, 1))
    assert isinstance(on_disk, np.memmap)
    assert files_in_cache() == []
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    in_memory = empty_images((3, 4, 5, 1))
    assert not isinstance(in_memory, np.memmap)
    for images in (on_disk, in_memory):
        images[:] = 7
        assert images.shape == (3, 4, 5, 1)
        assert images.dtype == np.uint8


def test_more_than_disk_and_memory_is_refused() -> None:
    for shape in ((6, 10_000_000, 10_000_000, 3), (6, 10**12, 10**12, 3)):
        with pytest.raises(DataError, match=r"6 images of .* ZOOKIT_CACHE_DIR"):
            empty_images(shape)
