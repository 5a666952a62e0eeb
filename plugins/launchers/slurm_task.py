"""What a Slurm job runs: it trains one job of a sweep, and reports it in files."""

import os
import shlex
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from zookit.core import JobStatus, WorkerProcess
from zookit.plugins.launchers.plain_status import plain_of, status_of
from zookit.plugins.launchers.slurm_files import JobFiles

_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
"""Slurm sends SIGTERM when it takes the node away, and a user signal some time before the limit."""
_POLL = 0.1
_REPORT = 1.0
"""Seconds between two looks at the folder, which may be on another machine."""
_BEAT = 30.0
_VAIN = 3
"""How often a job may be stopped, one time after another, before it has trained an epoch."""


def run(folder: str, name: str, key: str) -> None:
    """Train a job, unless it has ended, or was submitted again with another key.

    submitit calls this function in the Slurm job; it pickles its name and three texts.
    """
    files = JobFiles(Path(folder), name)
    order = files.read_order()
    before = files.read_status(key)
    if order is None or order[0] != key or (before and status_of(before).is_over):
        return
    received: list[int] = []
    for number in _SIGNALS:
        signal.signal(number, lambda number, _: received.append(number))
    process = _process(files.log)
    try:
        process.start(order[1], files.runs)
        status = _supervise(process, files, key, before, received)
    finally:
        process.end()
    if status.state == "interrupted" and received and not files.stop.exists():
        _queue_again(files, key, before, status, by_slurm=received[0] == signal.SIGTERM)
    else:
        files.write_status(key, **_plain(status))
    process.wait()


def _process(log: Path) -> WorkerProcess:
    """Return a process that the signals do not reach: Slurm may send them to all processes."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        return WorkerProcess(log)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _supervise(
    process: WorkerProcess, files: JobFiles, key: str, before: dict[str, Any], received: list[int]
) -> JobStatus:
    """Wait until the job is over, and report how far it is; stop it if that is wanted."""
    reported: tuple[Any, ...] = ()
    looked = beat = float("-inf")
    stopped = False
    while True:
        status = process.status()
        if status.is_over:
            return status
        now = time.monotonic()
        if received and not stopped:
            stopped = True
            process.stop()
        if now - looked > _REPORT:
            looked = now
            changing = (status.epochs, len(status.warnings))
            if changing != reported or now - beat > _BEAT:
                reported, beat = changing, now
                files.write_status(key, vain=before.get("vain", 0), **_plain(status, before))
            if not stopped and files.stop.exists():
                stopped = True
                process.stop()
        time.sleep(_POLL)


def _queue_again(
    files: JobFiles, key: str, before: dict[str, Any], status: JobStatus, *, by_slurm: bool
) -> None:
    """Let a job that Slurm stops wait for its next start, unless it gets nowhere."""
    trained = status.epochs > before.get("epochs", 0)
    vain = 0 if trained else before.get("vain", 0) + 1
    plain = {**_plain(status, before), "vain": vain}
    if vain >= _VAIN:
        reason = f"Slurm stopped it {vain} times before it had trained an epoch; give it more time"
        files.write_status(key, **{**plain, "state": "lost", "reason": reason})
        return
    files.write_status(key, **{**plain, "state": "waiting"})
    if by_slurm:
        return  # which queues it again, or has been asked to end it
    try:
        command = ["scontrol", "requeue", job_number()]
        subprocess.run(command, check=True, capture_output=True, timeout=60, text=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        detail = " ".join(str(getattr(error, "stderr", None) or error).split())
        reason = f"its time was over, and {shlex.join(command)} failed: {detail}"
        files.write_status(key, **{**plain, "state": "lost", "reason": reason})


def job_number() -> str:
    """Return the number of the Slurm job that this process belongs to, such as 12_3."""
    array = os.environ.get("SLURM_ARRAY_JOB_ID")
    if array:
        return f"{array}_{os.environ['SLURM_ARRAY_TASK_ID']}"
    return os.environ["SLURM_JOB_ID"]


def _plain(status: JobStatus, before: dict[str, Any] | None = None) -> dict[str, Any]:
    place = socket.gethostname()
    with suppress(KeyError):
        place += f", Slurm job {job_number()}"
    before = before or {}
    return {
        **plain_of(status),
        "epochs": max(status.epochs, before.get("epochs", 0)),
        "values": dict(status.values) or before.get("values", {}),
        "place": place,
    }
