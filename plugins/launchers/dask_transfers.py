"""Archives on their way to and from Dask workers. Most functions wait for a worker."""

import hashlib
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from zookit.core import ZookitError
from zookit.core.data import written_aside
from zookit.plugins.launchers import dask_worker
from zookit.plugins.launchers.dask_slots import call

SECONDS = 120.0
"""How long the result of a task may take."""
_HISTORY = "/history.csv"
"""The file of a run that has a line for each epoch, after one with the names."""


def epochs_in(archive: Path) -> int:
    """Return how many epochs the run of an archive has; 0 if that cannot be read."""
    with suppress(tarfile.TarError, OSError, ValueError, EOFError), tarfile.open(archive) as opened:
        for member in opened:
            if member.name.endswith(_HISTORY) and member.name.count("/") == 1:
                history = opened.extractfile(member)
                return 0 if history is None else max(0, len(history.readlines()) - 1)
    return 0


def send(client: Any, address: str, session: str, name: str, archive: Path) -> None:
    """Send the archive in which a job starts. Raises ZookitError."""
    content = archive.read_bytes()
    answer = call(client, dask_worker.put_start, session, name, content, workers=[address])
    _checked(answer.get(address), address)


def fetch(client: Any, address: str, key: str, known: str, path: Path) -> str:
    """Write the checkpoint of a running job, and return its SHA-256.

    Returns `known`, which is that of the last one, if there is no other. Raises ZookitError.
    """
    answers = call(client, dask_worker.checkpoint, key, known, workers=[address])
    found = _checked(answers.get(address), address)
    if found is None:
        return known
    sha256, content = found
    _write(path, content, sha256)
    return str(sha256)


def gather(task: Any, path: Path) -> dict[str, Any]:
    """Return the result of a task, and write the archive of its run. Raises ZookitError."""
    result = dict(task.result(timeout=SECONDS))
    if "archive" in result:
        _write(path, result.pop("archive"), result["sha256"])
    return result


def _checked(answer: Any, address: str) -> Any:
    if isinstance(answer, Exception):
        raise ZookitError(f"worker {address} does not answer: {type(answer).__name__}: {answer}")
    return answer


def _write(path: Path, content: bytes, sha256: str) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ZookitError("an archive was damaged on its way from a worker.")
    with written_aside(path) as aside:
        aside.write_bytes(content)
