"""Whether other processes run."""

from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process has not ended yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
