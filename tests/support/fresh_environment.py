"""A new virtual environment with an installed zookit, as a user has it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from made_wheel import build_wheel


@dataclass(frozen=True)
class Ended:
    """The output and the exit code of a script."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class FreshEnvironment:
    """A folder with a virtual environment, and the environment variables of its scripts."""

    folder: Path
    variables: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path) -> "FreshEnvironment":
        """Create one in `folder`, with zookit's wheel and its dependencies."""
        # pip may need the user's own variables.
        theirs = {k: v for k, v in os.environ.items() if not k.startswith(("ZOOKIT_", "PYTHON"))}
        path = os.pathsep.join([str(folder / "env" / "bin"), os.environ["PATH"]])
        cache = str(folder / "cache")
        variables = {**theirs, "PATH": path, "ZOOKIT_CACHE_DIR": cache, "COLUMNS": "120"}
        made = cls(folder, variables)
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        made.run(f"pip install --quiet '{build_wheel(folder)}'", folder)
        return made

    def run(self, script: str, cwd: Path, *, code: int = 0, **variables: str) -> Ended:
        """Run a bash script that stops at the first error, and check its exit code."""
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=cwd,
            env={**self.variables, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == code, f"{script}\n{ended.stdout}\n{ended.stderr}"
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def message(self, command: str, cwd: Path) -> str:
        """Return the message of a user error: one line, exit code 2, no traceback."""
        ended = self.run(command, cwd, code=2)
        assert "Traceback" not in ended.err
        (line,) = (each for each in ended.err.splitlines() if each.startswith("zookit: "))
        return line
