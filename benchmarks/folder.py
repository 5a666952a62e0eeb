"""Reading without training: the horses and humans at 300 x 300, in batches of 128.

    python benchmarks/folder.py --data FOLDER

FOLDER contains `horse-or-human`, with class folders of images in `train` and `validation`. Sides:

    generator     ImageDataGenerator(rescale=1/255).flow_from_directory
    dataset       keras.utils.image_dataset_from_directory
    zookit-first  zookit with an empty cache: it decodes and prepares both splits
    zookit        zookit with prepared data, as from the second run on

The first epoch includes listing the files and, for zookit, hashing and preparing them. The column
beside it is the median of the later epochs. zookit's batches stay uint8, because its models rescale
them.
"""

import sys
import tempfile
from pathlib import Path

from measuring import (
    CPU,
    MEMORY,
    SIDES,
    WALL,
    Column,
    Command,
    Side,
    add_data,
    compare,
    data_folder,
    last_line,
    later_epochs,
    parser,
    prepare,
)

_COLUMNS = [
    Column("first epoch s", lambda run: run.report["epochs"][0]["wall"], ratio=True),
    Column("later epoch s", lambda run: later_epochs(run, "wall"), 3, ratio=True),
    Column("later epoch CPU s", lambda run: later_epochs(run, "cpu"), 3, ratio=True),
    WALL,
    CPU,
    MEMORY,
]


def main() -> None:
    """Compare the ways to read the folder."""
    asked = parser(__doc__, rounds=3)
    asked.add_argument("--epochs", type=int, default=4, help="two or more [%(default)s]")
    asked.add_argument("--batch-size", type=int, default=128, metavar="N", help="[%(default)s]")
    add_data(asked, "horse-or-human")
    options = asked.parse_args()
    if options.epochs < 2:
        asked.error("--epochs must be at least 2, to have later epochs")
    folder = data_folder(options, "horse-or-human")
    numbers = [str(options.epochs), str(options.batch_size)]
    with tempfile.TemporaryDirectory() as work:
        cache = Path(work, "cache")
        # Reads the files once, so that no side reads them from a cold disk.
        prepare("horse_or_human", _variables(folder, cache))
        sides = [
            _script("generator", "folder_generator.py", folder, numbers),
            _script("dataset", "folder_dataset.py", folder, numbers),
            _zookit("zookit-first", folder, numbers, Path(work, "cache-of-round-{round}")),
            _zookit("zookit", folder, numbers, cache),
        ]
        compare(sides, _COLUMNS, options)


def _script(name: str, file: str, folder: Path, numbers: list[str]) -> Side:
    command = Command([sys.executable, str(SIDES / file), str(folder), *numbers])
    return Side(name, lambda _: command, last_line)


def _zookit(name: str, folder: Path, numbers: list[str], cache: Path) -> Side:
    words = [sys.executable, str(SIDES / "folder_zookit.py"), *numbers]

    def command(at: int) -> Command:
        return Command(words, _variables(folder, Path(str(cache).format(round=at))))

    return Side(name, command, last_line)


def _variables(folder: Path, cache: Path) -> dict[str, str]:
    return {"ZOOKIT_CACHE_DIR": str(cache), "ZOOKIT_DATA_DIR": str(folder.parent)}


if __name__ == "__main__":
    main()
