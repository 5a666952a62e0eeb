"""The time of commands that should be instant, compared with `import tensorflow`.

    python benchmarks/startup.py

The commands are `zookit --help`, `zookit list` and the completion of a name, with 0, 10 and 200
additional distributions. Each offers a plugin of another kind in turn, and its METADATA has a
description of 40 KB, as long as the longest README files on package registries.

The same commands, and a run of one epoch on the bundled sample, are measured with 20 other
distributions: five are broken, of which one hangs when it is imported, and two offer the same name.
"""

import sys
import tempfile
from itertools import cycle
from pathlib import Path

from made_plugins import make_distribution, make_troubled
from measuring import CPU, MEMORY, WALL, ZOOKIT, Column, Command, Side, compare, parser

from zookit.registry import Registry

_DESCRIPTION = "A line of a long description, as many packages have.\n" * 730

_COMMANDS: dict[str, tuple[list[str], dict[str, str]]] = {
    "zookit --help": (["--help"], {}),
    "zookit list": (["list"], {}),
    "completion of zookit run fash": (
        [],
        {
            "_ZOOKIT_COMPLETE": "complete_bash",
            "COMP_WORDS": "zookit run fash",
            "COMP_CWORD": "2",
        },
    ),
}
_TROUBLED = "20 plugins, 7 of them troubled"


def main() -> None:
    """Create the plugins and compare."""
    asked = parser(__doc__, rounds=7)
    asked.add_argument("--plugins", type=int, nargs="+", default=[0, 10, 200], metavar="N")
    options = asked.parse_args()
    import_tensorflow = Command([sys.executable, "-c", "import tensorflow"])
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sides = [Side("import tensorflow", lambda _: import_tensorflow)]
        for count in options.plugins:
            plugins = work / str(count)
            _create_plugins(plugins, count)
            sides += [_side(name, plugins, f"{count} plugins") for name in _COMMANDS]
        (work / "none").mkdir()
        make_troubled(work / "troubled")
        sides += [_side(name, work / "troubled", _TROUBLED) for name in _COMMANDS]
        sides += [_run(work, "none", "0 plugins"), _run(work, "troubled", _TROUBLED)]
        columns = [Column(each.title, each.value, 3, ratio=True) for each in (WALL, CPU)]
        compare(sides, [*columns, MEMORY], options)


def _create_plugins(folder: Path, count: int) -> None:
    folder.mkdir()
    bases = [(each.group, each.base) for each in Registry.kinds() if each.base is not None]
    for at, (group, kind) in zip(range(count), cycle(bases)):
        base = kind.__name__
        source = f'from zookit.core import {base}\n\n\nclass Made({base}):\n    """Generated."""\n'
        make_distribution(
            folder,
            f"zookit-made-{at}",
            {group: f"made_{at} = zookit_made_{at}:Made"},
            {f"zookit_made_{at}.py": source},
            _DESCRIPTION,
        )


def _side(name: str, plugins: Path, installed: str) -> Side:
    words, variables = _COMMANDS[name]
    command = Command([ZOOKIT, *words], {**variables, "PYTHONPATH": str(plugins)})
    return Side(f"{name}, {installed}", lambda _: command)


def _run(work: Path, plugins: str, installed: str) -> Side:
    """Its first round also prepares the sample."""
    words = ["run", "mnist", "dense", "--data", "sample", "--epochs", "1", "--quiet"]
    variables = {
        "PYTHONPATH": str(work / plugins),
        "ZOOKIT_CACHE_DIR": str(work / f"{plugins}-cache"),
    }
    command = Command([ZOOKIT, *words, "--runs-dir", str(work / f"{plugins}-runs")], variables)
    return Side(f"zookit run mnist dense, {installed}", lambda _: command)


if __name__ == "__main__":
    main()
