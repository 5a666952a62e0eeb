"""Checks code with mypy as users would."""

import os
import subprocess
import sys
from pathlib import Path


def complaints(*paths: Path) -> str:
    """Return the errors of strict mypy in these files and folders; empty if there are none.

    Keras ships no types, and mypy does not see those of an editable install of zookit.
    """
    lax = ("--ignore-missing-imports", "--allow-subclassing-any", "--allow-untyped-decorators")
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *lax, f"--cache-dir={os.devnull}", *paths],
        cwd=paths[0].parent,
        env={**os.environ, "MYPYPATH": str(paths[0])},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr
