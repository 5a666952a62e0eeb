"""How long the commands that should be instant take, against `import tensorflow`.

    python benchmarks/startup.py

`zookit --help`, `zookit list` and the completion of a name, with 0, 10 and 200 more distributions
installed. Each offers an architecture, and its METADATA has a description of 40 KB, as long as the
longest README files on package registries.
"""

import sys
import tempfile
from pathlib import Path

from made_plugins import make_distribution
from measuring import CPU, MEMORY, WALL, ZOOKIT, Column, Command, Side, compare, parser

_DESCRIPTION = "A line of a long description, as many packages have it.\n" * 730

_MODULE = '''\
"""A plugin of a benchmark."""

from dataclasses import dataclass

from zookit.core import Architecture


@dataclass(frozen=True)
class Made(Architecture):
    """Flattens the images."""

    def features(self, images):
        from keras import layers

        return layers.Flatten()(images)
'''

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


def main() -> None:
    """Make the plugins and compare."""
    asked = parser(__doc__, rounds=7)
    asked.add_argument("--plugins", type=int, nargs="+", default=[0, 10, 200], metavar="N")
    options = asked.parse_args()
    import_tensorflow = Command([sys.executable, "-c", "import tensorflow"])
    with tempfile.TemporaryDirectory() as folder:
        sides = [Side("import tensorflow", lambda _: import_tensorflow)]
        for count in options.plugins:
            plugins = Path(folder, str(count))
            _make_plugins(plugins, count)
            sides += [_side(name, plugins, count) for name in _COMMANDS]
        columns = [Column(each.title, each.value, 3, ratio=True) for each in (WALL, CPU)]
        compare(sides, [*columns, MEMORY], options)


def _make_plugins(folder: Path, count: int) -> None:
    folder.mkdir()
    for at in range(count):
        module = f"zookit_made_{at}"
        make_distribution(
            folder,
            f"zookit-made-{at}",
            {"zookit.architectures": f"made_{at} = {module}:Made"},
            {f"{module}.py": _MODULE},
            _DESCRIPTION,
        )


def _side(name: str, plugins: Path, count: int) -> Side:
    words, variables = _COMMANDS[name]
    command = Command([ZOOKIT, *words], {**variables, "PYTHONPATH": str(plugins)})
    return Side(f"{name}, {count} plugins", lambda _: command)


if __name__ == "__main__":
    main()
