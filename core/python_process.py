"""How zookit starts another Python process, and how that ends."""

import json
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_SET_PATH = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "


def python_command(code: str, *options: str) -> list[str]:
    """Return the command of a Python process that runs `code` with this one's `sys.path`.

    Arguments that are added to it are `sys.argv[2:]` there.
    """
    path = json.dumps([each for each in sys.path if isinstance(each, str)])
    # -P: otherwise the current folder comes first while zookit is imported.
    return [sys.executable, "-P", *options, "-c", _SET_PATH + code, path]


def kill_with_children(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the process and of the processes it started."""
    if hasattr(os, "killpg"):
        # Children outlive it in its process group. macOS denies it if only zombies are left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def ending(exit_code: int) -> str:
    """Return `with exit code 3` or `by SIGSEGV`."""
    try:
        return f"by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"with exit code {exit_code}"
