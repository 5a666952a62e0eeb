"""Installed distributions made for the purpose: what a plugin package leaves on the path."""

from collections.abc import Mapping
from pathlib import Path


def make_distribution(
    folder: Path,
    name: str,
    entry_points: Mapping[str, str],
    modules: Mapping[str, str] | None = None,
    description: str = "",
) -> None:
    """Lay a distribution into a folder that will stand on PYTHONPATH, as pip would.

    Args:
        folder: where to.
        name: what the distribution is called.
        entry_points: group to its one line, `name = module:Class`.
        modules: file name to source.
        description: the long description in METADATA.
    """
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    groups = (f"[{group}]\n{line}\n" for group, line in entry_points.items())
    files = {
        f"{info.name}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n"
        f"Summary: Made for a benchmark.\nRequires-Dist: zookit\n\n{description}\n",
        f"{info.name}/entry_points.txt": "\n".join(groups),
        **(modules or {}),
    }
    files[f"{info.name}/RECORD"] = "".join(
        f"{file},,\n" for file in (*files, f"{info.name}/RECORD")
    )
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
