"""What mypy says of code that a stranger is given."""

import os
import subprocess
import sys
from pathlib import Path


def complaints(*paths: Path) -> str:
    """What strict mypy finds in these files and folders; nothing where all is well.

    Keras ships no types, and those of an editable zookit are not seen.
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
