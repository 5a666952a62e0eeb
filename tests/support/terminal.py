"""Commands in a real pseudo-terminal."""

import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal


def written_in_terminal(
    command: Sequence[str],
    stream: Literal["stdout", "stderr"],
    cwd: Path,
    typed: str = "",
    **variables: str,
) -> bytes:
    """Return what a command writes to a stream that is a terminal; the other is discarded.

    With `typed`, the command reads that from the terminal too.
    """
    master, slave = pty.openpty()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: slave}
    process = subprocess.Popen(
        command,
        stdin=slave if typed else None,
        stdout=streams["stdout"],
        stderr=streams["stderr"],
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", **variables},
    )
    os.close(slave)
    os.write(master, typed.encode())
    written = b""
    try:
        while block := os.read(master, 65536):
            written += block
    except OSError:
        pass  # how Linux says that the other side has closed
    finally:
        os.close(master)
    assert process.wait(timeout=60) == 0
    return written
