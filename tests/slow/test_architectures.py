"""Each architecture trains to the same bits in another process, with two threads."""

import subprocess
import sys
from pathlib import Path

import pytest
from made_data import put_pictures

from zookit.core import Words
from zookit.registry import architectures

pytestmark = pytest.mark.slow

SMALL = (
    "cnn:filters=8+8,dropout=0.1",
    "dense:units=16,dropout=0.1",
    "lenet5",
    "mlp_mixer:width=16,depth=1,dropout=0.1",
    "mobilenet_small:width=0.25",
    "resnet:8,width=8",
    "vgg:width=4",
    "vit:width=16,depth=1,dropout=0.1",
)
"""Parameters with which every kind of layer is trained in seconds."""
LARGE = ("vgg:width=8",)
"""What had other last bits on large images, when TensorFlow ran two operations at a time."""
SLOW = {"keras_application"}
"""What has the layers of these, and takes long to build."""
TRAIN = """
import sys, zookit
data, runs_dir, *architectures = sys.argv[1:]
for words in architectures:
    options = {"epochs": 1, "batch_size": 16, "threads": 2, "quiet": True}
    print(zookit.run(data, words, runs_dir=runs_dir, **options).folder)
"""
REPRODUCE = """
import sys, zookit
for folder in sys.argv[1:]:
    again = zookit.open_run(folder).reproduce(quiet=True)
    print(again.run.experiment.architecture.short_name, *again.values)
"""


def test_no_architecture_is_left_out() -> None:
    own = {entry.name for entry in architectures.entries() if entry.distribution == "zookit"}
    assert {Words.parse(each).name for each in SMALL} == own - SLOW


@pytest.mark.parametrize(("size", "words"), [(28, SMALL), (300, LARGE)], ids=["small", "large"])
def test_another_process_trains_to_the_same_bits(
    tmp_path: Path, size: int, words: tuple[str, ...]
) -> None:
    data = put_pictures(tmp_path / "photos", cats=48, dogs=48)
    images = f"image_folder:path={data},size={size}"
    folders = _output(tmp_path, TRAIN, images, str(tmp_path / "runs"), *words)
    assert len(folders) == len(words)
    differences = _output(tmp_path, REPRODUCE, *folders)
    # Each line has a name, and behind it what differs.
    assert differences == [each.partition(":")[0] for each in words]


def _output(folder: Path, code: str, *arguments: str) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,  # the root of the checkout has metadata of its own
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()
