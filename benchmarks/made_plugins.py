"""Creates installed distributions with plugins, for benchmarks and tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path

ARCHITECTURE = '''\
"""A generated plugin."""

from dataclasses import dataclass

from zookit.core import Architecture


@dataclass(frozen=True)
class Made(Architecture):
    """Flattens the images."""

    def features(self, images):
        from keras import layers

        return layers.Flatten()(images)
'''
"""A module with an architecture that works."""

BROKEN = {
    "bad_syntax": "from dataclasses import dataclass\n\n\nclass Made(:\n",
    "bad_import": "import a_module_that_nobody_has\n",
    "bad_code": "limit = 10\nraise RuntimeError(f'more than {limit}')\n",
    "bad_type": "limit = 10\n\n\nclass Made:\n    pass\n",
    "bad_end": "import time\n\nwhile True:\n    time.sleep(0.1)\n",
}
"""Modules with an architecture that cannot be loaded; the last one hangs."""


def make_distribution(
    folder: Path,
    name: str,
    entry_points: Mapping[str, str],
    modules: Mapping[str, str] | None = None,
    description: str = "",
    requires: Sequence[str] = ("zookit",),
) -> None:
    """Write a distribution as pip would install it into the folder, which must be on sys.path.

    Args:
        folder: the folder.
        name: the name of the distribution.
        entry_points: by group, lines of the form `name = module:Class`.
        modules: source code by file name.
        description: the long description in METADATA.
        requires: the requirements in METADATA.
    """
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    groups = (f"[{group}]\n{lines}\n" for group, lines in entry_points.items())
    required = "".join(f"Requires-Dist: {each}\n" for each in requires)
    files = {
        f"{info.name}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n"
        f"Summary: Generated for a benchmark.\n{required}\n{description}\n",
        f"{info.name}/entry_points.txt": "\n".join(groups),
        **(modules or {}),
    }
    files[f"{info.name}/RECORD"] = "".join(
        f"{file},,\n" for file in (*files, f"{info.name}/RECORD")
    )
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")


def make_architecture(folder: Path, name: str, source: str, offered: str, text: str = "") -> None:
    """Write a distribution that has one module with one architecture."""
    module = name.replace("-", "_")
    points = {"zookit.architectures": f"{offered} = {module}:Made"}
    make_distribution(folder, name, points, {f"{module}.py": source}, text)


def make_troubled(folder: Path) -> None:
    """Write twenty distributions: the five of BROKEN, two that offer `contested`, 13 that work.

    Each is named `zookit-` and the name of its plugin, with hyphens. The plugins that work are
    `made_0` to `made_12`; `zookit-first` and `zookit-second` both offer `contested`.
    """
    for offered, source in BROKEN.items():
        make_architecture(folder, f"zookit-{offered.replace('_', '-')}", source, offered)
    for name in ("zookit-first", "zookit-second"):
        make_architecture(folder, name, ARCHITECTURE, "contested")
    for at in range(13):
        make_architecture(folder, f"zookit-made-{at}", ARCHITECTURE, f"made_{at}")
