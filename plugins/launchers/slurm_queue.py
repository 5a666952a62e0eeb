"""Slurm's queue: arrays of jobs go in, and one call says where all of them are."""

import hashlib
import io
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

from zookit.core import ZookitError, warn
from zookit.plugins.launchers import slurm_task

_SECONDS = 60.0
"""How long Slurm may take to answer."""


@dataclass(frozen=True)
class Entry:
    """A job in the queue: its state, as Slurm writes it, and why it waits."""

    state: str
    reason: str = ""


class SlurmQueue:
    """The jobs of one sweep in Slurm's queue.

    `options` are those of sbatch, without `--`, and True for those without a value.
    """

    def __init__(
        self, folder: Path, options: Mapping[str, str | bool], setup: Sequence[str]
    ) -> None:
        import submitit

        self._folder = folder.resolve()
        digest = hashlib.sha256(str(self._folder).encode()).hexdigest()[:10]
        self._name = f"zookit-{digest}"
        self._options, self._setup = options, list(setup)
        self._warned = False
        python = f"{shlex.quote(sys.executable)} -P"
        try:
            self._executor = submitit.SlurmExecutor(self._folder / "slurm", python=python)
        except RuntimeError:
            raise ZookitError(
                "there is no Slurm on this machine: no command srun. Start the sweep on a node "
                "from which jobs are submitted, such as the login node."
            ) from None

    def submit(self, jobs: Sequence[tuple[str, str]], cpus: int) -> list[str]:
        """Queue jobs, each as its name and its key, as one array. Return their numbers.

        Raises ZookitError with what sbatch says.
        """
        from submitit.core.utils import FailedJobError, FailedSubmissionError

        self._executor.update_parameters(
            job_name=self._name,
            cpus_per_task=cpus,
            setup=self._setup,
            stderr_to_stdout=True,
            # Otherwise a step has one processor, since Slurm 22.05.
            srun_args=[f"--cpus-per-task={cpus}"],
            array_parallelism=len(jobs),
            additional_parameters=dict(self._options),
        )
        printed = io.StringIO()  # what sbatch says is in the error, too
        try:
            with redirect_stderr(printed), self._executor.batch():
                queued = [
                    self._executor.submit(slurm_task.run, str(self._folder), name, key)
                    for name, key in jobs
                ]
        except (FailedJobError, FailedSubmissionError, OSError) as error:
            detail = " ".join(str(error).replace("sbatch: error: ", "").split())
            raise ZookitError(
                f"Slurm takes no jobs: {detail}. Change the launcher's parameters, which are those "
                "of sbatch: zookit show slurm"
            ) from None
        return [each.job_id for each in queued]

    def look(self) -> Mapping[str, Entry] | None:
        """Return the jobs that Slurm knows, by their numbers; None if it does not answer."""
        command = ("squeue", "--noheader", "--array", "--states=all", f"--name={self._name}")
        try:
            lines = _output(*command, "--format=%i|%T|%r").splitlines()
        except (OSError, subprocess.SubprocessError) as error:
            if not self._warned:
                self._warned = True
                warn(f"Slurm does not answer, and is asked again: {_detail(error)}")
            return None
        self._warned = False
        fields = (line.strip().split("|", 2) for line in lines if line.count("|") >= 2)
        return {number: Entry(state, reason) for number, state, reason in fields}

    def remove_waiting(self, numbers: Sequence[str]) -> None:
        """Take jobs out of the queue that have not started."""
        try:
            _output("scancel", "--quiet", "--state=PENDING", *numbers)
        except (OSError, subprocess.SubprocessError) as error:
            warn(f"Slurm has not cancelled its jobs ({len(numbers)}): {_detail(error)}")

    def log(self, number: str) -> Path:
        """Return the file with what Slurm says about a job."""
        return self._folder / "slurm" / f"{number}_0_log.out"

    def forget(self, number: str) -> None:
        """Remove the files of a job that has ended, but for its log."""
        for each in (self._folder / "slurm").glob(f"{number}_*.pkl"):
            each.unlink(missing_ok=True)


def _output(*command: str) -> str:
    ended = subprocess.run(  # noqa: S603 - Slurm's own commands
        command, check=True, capture_output=True, timeout=_SECONDS, text=True
    )
    return ended.stdout


def _detail(error: Exception) -> str:
    return " ".join(str(getattr(error, "stderr", None) or error).split())
