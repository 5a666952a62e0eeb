"""Builds the wheel of zookit from the working tree."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = {
    "core": "zookit/core",
    "registry": "zookit/registry",
    "plugins": "zookit/plugins",
    "runner": "zookit",
    **{f"zoo/models/{path.name}": path.name for path in ROOT.glob("zoo/models/*")},
}
"""Each folder, and its name in the wheel."""


def build_wheel(folder: Path) -> Path:
    """Build from a copy in `folder`, so that the tree gets no build folder and none is reused.

    Returns the wheel, which is in `folder` too.
    """
    copy, out = folder / "copy", folder / "wheel"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in (*ROOMS, "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, copy],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = out.iterdir()
    return made
