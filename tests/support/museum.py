"""Plugin packages as earlier versions of `zookit new` wrote them: tests/museum/README.md."""

import re
import sys
import tomllib
from pathlib import Path

from plugin_site import Site

ROOMS = Path(__file__).parents[1] / "museum"
_HEADER = re.compile(r"^==> (\S+) <==\n", re.MULTILINE)


def rooms() -> list[Path]:
    """Return the files with one package each."""
    return sorted(ROOMS.glob("*.txt"))


def packed(project: Path) -> str:
    """Return the files of a package as one text."""
    files = sorted(path for path in project.rglob("*") if path.is_file())
    texts = [(path.relative_to(project).as_posix(), path.read_text("utf-8")) for path in files]
    return "\n".join(f"==> {name} <==\n{text}" for name, text in texts)


def unpack(room: Path, project: Path) -> Path:
    """Write the files of a room into a folder, and return it."""
    _, *parts = _HEADER.split(room.read_text("utf-8"))
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        last = name == parts[-2]
        path.write_text(text if last else text.removesuffix("\n"), "utf-8")
    return project


def install(project: Path) -> str:
    """Write a package's metadata beside its modules, and return the name of the distribution.

    Its folder `src` must be on the path.
    """
    about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
        for group, points in about["entry-points"].items()
    ]
    first, _, rest = "\n".join(groups).partition("\n")
    site = Site(project / "src")
    site.install(about["name"], rest, group=first.strip("[]"), version=about["version"])
    return str(about["name"])


if __name__ == "__main__":
    print(packed(Path(sys.argv[1])), end="")
