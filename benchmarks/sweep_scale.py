"""A large sweep on a Dask cluster whose cells sleep: what scheduling costs for each cell.

    python benchmarks/sweep_scale.py
    python benchmarks/sweep_scale.py --cells 1000 3000 10000 --workers 100 --seconds 4

A real Dask scheduler, all workers, and the sweep with its runs folder are in one process, so that
the CPU time of a cell is that of all three together. Only what each worker does to watch itself is
switched off, as it would share this process a hundred times. `its thread` is the part of the thread
that submits the cells and takes in their runs. A cell sleeps for about `--seconds` and leaves
the run folder of a training that was made before. Everything else is what `zookit sweep` does.

`beyond` is the wall time beyond that of the sleeping, divided by the cells. `memory` is that of the
process before the first cell and at its peak. `again` is the same sweep once more, with nothing
left to do.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measuring import ZOOKIT

_EXPERIMENT = {"epochs": "1", "data": "sample", "threads": "1"}
_WATCHING = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1 minute",
    "distributed.admin.system-monitor.interval": "1 minute",
    "distributed.admin.low-level-log-length": 10,
}
"""What each worker does to watch itself, and its notes, for which it has a machine of its own."""
_MEGABYTE = 1024 * 1024


def main() -> None:
    """Measure each number of cells in a process of its own."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--cells", type=int, nargs="+", default=[1000, 3000, 10_000], metavar="N")
    asked.add_argument("--workers", type=int, default=100, metavar="N", help="[%(default)s]")
    asked.add_argument("--seconds", type=float, default=4.0, metavar="S", help="[%(default)s]")
    asked.add_argument("--json", action="store_true", help="print each line as JSON")
    asked.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.one:
        with tempfile.TemporaryDirectory() as work:
            found = _measure(options.cells[0], options.workers, options.seconds, Path(work))
            print(json.dumps(found), flush=True)
            os._exit(0)  # a hundred workers take their time
    print(f"{options.workers} workers, cells of about {options.seconds:g} s")
    for number, cells in enumerate(options.cells):
        words = [sys.executable, __file__, "--one", "--cells", str(cells)]
        words += ["--workers", str(options.workers), "--seconds", str(options.seconds)]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        if ended.returncode:
            sys.exit(ended.stderr)
        found = json.loads(ended.stdout.splitlines()[-1])
        if options.json:
            print(json.dumps(found))
            continue
        if number == 0:
            print("".join(f"{title:>18}" for title in found))
        print("".join(f"{value:>18,}" for value in found.values()), flush=True)


class Sleeper:
    """Stands for the process that trains: sleeps, and leaves a run folder that was made before."""

    files: dict[str, bytes]
    environment: str
    identities: dict[str, tuple[str, str]]
    template: tuple[str, str]
    seconds: Callable[[str], float]

    def __init__(self, log: Path) -> None:
        self._job: Any = None
        self._ended = False
        self._lock = threading.Lock()
        del log

    @property
    def takes_jobs(self) -> bool:
        """Whether it can sleep for another job."""
        return not self._ended

    def start(self, job: Any, folder: Path) -> None:
        """Begin to sleep."""
        self._job, self._folder, self._started = job, folder, time.monotonic()
        self._over: Any = None

    def status(self) -> Any:
        """Return the status, and write the run folder once it has slept."""
        from zookit.core import JobStatus

        seconds = time.monotonic() - self._started
        with self._lock:
            if self._over is None and seconds >= Sleeper.seconds(self._job.name):
                self._write()
                self._over = JobStatus("finished", 1, {"loss": 0.5, "accuracy": 0.9}, seconds)
            return self._over or JobStatus("running", seconds=seconds)

    def stop(self) -> None:
        """Do nothing: it ends soon."""

    def end(self) -> None:
        """Take no more jobs."""
        self._ended = True

    def has_ended(self) -> bool:
        """Whether it takes no more jobs."""
        return self._ended

    def _write(self) -> None:
        identity, without_epochs = self.identities[self._job.name]
        run = self._folder / f"20260101-000000Z-{identity[:8]}"
        run.mkdir(parents=True, exist_ok=True)
        text = self.environment.replace(self.template[0], identity)
        for name, content in self.files.items():
            (run / name).write_bytes(content)
        text = text.replace(self.template[1], without_epochs)
        (run / "environment.json").write_text(text, encoding="utf-8")
        (run / "experiment.toml").write_text(self._job.experiment, encoding="utf-8")


def _measure(cells: int, workers: int, seconds: float, work: Path) -> dict[str, float]:
    os.environ |= {"ZOOKIT_CACHE_DIR": str(work / "cache"), "TQDM_DISABLE": "1"}
    template = _trained(work)

    import dask.config
    from distributed import LocalCluster

    from zookit.plugins.launchers import dask_worker
    from zookit.sweeps.options import SweepOptions
    from zookit.sweeps.request import SweepRequest
    from zookit.sweeps.sweep import plan

    vars(dask_worker)["WorkerProcess"] = Sleeper  # which the workers of this process start
    dask.config.set(_WATCHING)
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=None,
        memory_limit=0,
        local_directory=str(work / "dask"),
    )
    request = SweepRequest(
        ("mnist",), ("dense:8",), seeds=tuple(range(1, cells + 1)), options=_EXPERIMENT
    )
    options = SweepOptions(launcher=f"dask:address={cluster.scheduler_address}")
    started = time.monotonic()
    sweep = plan(request, options, work / "runs")
    planned = time.monotonic() - started
    slept = _prepare(template, sweep, seconds)
    sweep.start()
    before, cpu, started = _memory(), time.process_time(), time.monotonic()
    peak = _Peak()
    native = next(each.native_id for each in threading.enumerate() if each.name == "sweep")
    ended, coordinator = 0, 0.0
    for each in sweep.ended():
        ended += each.status == "finished"
        coordinator = max(coordinator, _thread_seconds(native))
    wall, cpu = time.monotonic() - started, time.process_time() - cpu
    highest = peak.stop()
    sweep.close()
    if ended != cells:
        sys.exit(f"{ended} of {cells} cells have finished: {sweep.states[0].reason}")
    started = time.monotonic()
    again = plan(request, options, work / "runs")
    left = again.missing
    again.close()
    if left:
        sys.exit(f"{left} cells are not found again")
    return {
        "cells": cells,
        "planning ms/cell": round(1000 * planned / cells, 2),
        "wall s": round(wall, 1),
        "beyond ms/cell": round(1000 * (wall - slept / workers) / cells, 2),
        "CPU ms/cell": round(1000 * cpu / cells, 2),
        "its thread ms/cell": round(1000 * coordinator / cells, 2),
        "memory before MB": round(before),
        "memory peak MB": round(highest),
        "again s": round(time.monotonic() - started, 1),
    }


def _trained(work: Path) -> Path:
    """Train one run in another process, and return its folder."""
    words = [ZOOKIT, "run", "mnist", "dense:8", "--runs-dir", str(work / "template"), "--json"]
    for name, value in _EXPERIMENT.items():
        words += [f"--{name}", value]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    return Path(json.loads(ended.stdout)["folder"])


def _prepare(template: Path, sweep: Any, seconds: float) -> float:
    """Let all cells leave the template's run under their own identity; return their seconds."""
    from zookit.runs.environment import identity_without_epochs
    from zookit.runs.run import read_run

    written = ("environment.json", "experiment.toml")
    Sleeper.files = {
        each.name: each.read_bytes()
        for each in template.iterdir()
        if each.is_file() and each.name not in written
    }
    Sleeper.environment = (template / "environment.json").read_text(encoding="utf-8")
    environment = read_run(template).environment
    Sleeper.template = environment.identity, environment.identity_without_epochs
    draw = random.Random(0)
    durations = {each.cell.name: seconds * (0.5 + draw.random()) for each in sweep.states}
    Sleeper.seconds = durations.__getitem__
    Sleeper.identities = {
        each.cell.name: (
            each.cell.identity,
            identity_without_epochs(
                each.cell.experiment, each.cell.data_hash, environment.owners()
            ),
        )
        for each in sweep.states
    }
    return sum(durations.values())


def _thread_seconds(native: int | None) -> float:
    """Return the CPU time of a thread; 0 once it has ended."""
    try:
        text = Path(f"/proc/self/task/{native}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _memory() -> float:
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / _MEGABYTE


class _Peak:
    """Watches the memory of this process."""

    def __init__(self) -> None:
        self._highest = _memory()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the highest memory in MB."""
        self._ended.set()
        self._thread.join()
        return self._highest

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self._highest = max(self._highest, _memory())


if __name__ == "__main__":
    main()
