"""A Dask scheduler and Dask workers as real processes, which share no folder of zookit."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE = 60.0


@dataclass
class DaskProcesses:
    """Starts them in a folder. At the end, `close` kills what is left."""

    folder: Path
    address: str = ""
    options: Sequence[str] = ()
    """Of the scheduler and of each worker."""
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start_scheduler(self) -> str:
        """Start the scheduler, and return its address."""
        found = self.folder / f"scheduler-{len(self.processes)}.json"
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        self._start("scheduler", "scheduler", *options, "--scheduler-file", str(found))
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError, ValueError):
                self.address = json.loads(found.read_text())["address"]
                return self.address
            time.sleep(0.05)
        raise AssertionError("the scheduler has not started")

    def start_worker(
        self, name: str, threads: int = 1, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a worker with folders of its own. Does not wait for it."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        options = ("--no-nanny", "--no-dashboard", "--name", name, "--nthreads", str(threads))
        local = ("--local-directory", str(folder), "--host", "127.0.0.1")
        variables = {"ZOOKIT_CACHE_DIR": str(folder / "cache"), **(environment or {})}
        self._start(name, "worker", self.address, *options, *local, environment=variables)

    def kill(self, name: str) -> None:
        """Kill a process, which can do nothing about it."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Kill what is left."""
        for name in list(self.processes):
            self.kill(name)

    def log(self, name: str) -> str:
        """Return what a process has printed."""
        return (self.folder / f"{name}.log").read_text()

    def _start(self, name: str, *words: str, environment: Mapping[str, str] | None = None) -> None:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, *self.options],
                env={**os.environ, **(environment or {})},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
