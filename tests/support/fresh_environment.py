"""An environment as a stranger has it: Python's own venv, and what pip put there."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from made_wheel import build_wheel


@dataclass(frozen=True)
class Ended:
    """What a script wrote, and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class FreshEnvironment:
    """A folder with an environment, and the variables that what runs there finds."""

    folder: Path
    variables: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path) -> "FreshEnvironment":
        """Make one in `folder`, with zookit from its wheel and all that it depends on."""
        # What pip needs to know is among a person's own variables.
        theirs = {k: v for k, v in os.environ.items() if not k.startswith(("ZOOKIT_", "PYTHON"))}
        path = os.pathsep.join([str(folder / "env" / "bin"), os.environ["PATH"]])
        cache = str(folder / "cache")
        variables = {**theirs, "PATH": path, "ZOOKIT_CACHE_DIR": cache, "COLUMNS": "120"}
        made = cls(folder, variables)
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        made.run(f"pip install --quiet '{build_wheel(folder)}'", folder)
        return made

    def run(self, script: str, cwd: Path, *, code: int = 0, **variables: str) -> Ended:
        """Run a script of bash, which ends with its first command that fails, as `code` says."""
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
        """What a command that a person can mend says: one line, exit code 2, no traceback."""
        ended = self.run(command, cwd, code=2)
        assert "Traceback" not in ended.err
        (line,) = (each for each in ended.err.splitlines() if each.startswith("zookit: "))
        return line
