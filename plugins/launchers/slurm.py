"""Trains on a Slurm cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from annotated_types import Ge, Le

from zookit.core import Doc, Jobs, Launcher
from zookit.plugins.launchers.slurm_jobs import SlurmJobs
from zookit.plugins.launchers.slurm_queue import SlurmQueue


@dataclass(frozen=True)
class Slurm(Launcher):
    """Jobs of a Slurm cluster, which go on if zookit ends.

    The runs folder and the Python environment must be on a file system that all nodes share. A run
    that is preempted, or comes near the time limit, writes a checkpoint and is queued again.
    """

    partition: Annotated[str | None, Doc("Partition; Slurm's default if not given.")] = None
    account: Annotated[str | None, Doc("Account that is charged.")] = None
    time: Annotated[
        str, Doc("Time limit of a job, such as 60 (minutes) or 1-12:00:00. Long runs take several.")
    ] = "60"
    memory: Annotated[str | None, Doc("Memory of a job, such as 4G.")] = None
    cpus: Annotated[
        int | None, Ge(1), Doc("Processors of a job; as many as its threads if not given.")
    ] = None
    jobs: Annotated[int, Ge(1), Le(1000), Doc("The most jobs in Slurm's queue at a time.")] = 100
    setup: Annotated[
        tuple[str, ...], Doc("Shell commands before the training, such as 'module load python'.")
    ] = ()
    options: Annotated[
        tuple[str, ...], Doc("Other options of sbatch, without --, such as qos=low.")
    ] = ()

    packages: ClassVar[Mapping[str, str]] = {"submitit": "zookit[slurm]"}

    def open(self, folder: Path) -> Jobs:
        """Return the jobs, also those of before. Their runs and logs are in the folder."""
        named = {"partition": self.partition, "account": self.account, "mem": self.memory}
        options: dict[str, str | bool] = {name: each for name, each in named.items() if each}
        options["time"] = self.time
        for each in self.options:
            name, equals, value = each.removeprefix("--").partition("=")
            options[name] = value if equals else True
        queue = SlurmQueue(folder, options, self.setup)
        return SlurmJobs(folder, queue, most=self.jobs, cpus=self.cpus)
