"""A Slurm cluster of one node with two processors, as real processes with folders of their own."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
_PATIENCE = 60.0
_CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={controller}
SlurmdPort={daemon}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=0,bf_interval=1
MpiDefault=none
KillWait=15
ReturnToService=2
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def is_installed() -> bool:
    """Whether Slurm's programs are there, and may be started: they want to be root."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return os.geteuid() == 0 and all(shutil.which(each, path=path) for each in PROGRAMS)


@dataclass
class SlurmProcesses:
    """Starts Slurm. `close` kills what is left of it."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="slurm-")))
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables with which Slurm's commands find it."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self) -> None:
        """Start the processes, and wait until jobs can run."""
        self.folder.chmod(0o755)
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        host = socket.gethostname().partition(".")[0]
        ports = {"controller": _free_port(), "daemon": _free_port()}
        text = _CONFIGURATION.format(folder=self.folder, host=host, **ports)
        (self.folder / "slurm.conf").write_text(text)
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        files = {
            "key-file": "key",
            "socket": "socket",
            "pid-file": "pid",
            "seed-file": "seed",
            "log-file": "log",
        }
        options = [f"--{name}={self.folder}/munge.{end}" for name, end in files.items()]
        self._start("munged", "--foreground", "--force", *options)
        self._wait_until((self.folder / "munge.socket").exists)
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D", "-N", host)
        self._wait_until(lambda: "idle" in self.call("sinfo", "-h", "-o", "%t", check=False))

    def call(self, *command: str, check: bool = True) -> str:
        """Return what a command of Slurm prints."""
        ended = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, **self.environment}
        )
        assert not check or ended.returncode == 0, f"{command}: {ended.stderr}"
        return ended.stdout

    def log(self) -> str:
        """Return the ends of the logs."""
        found = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{each}:\n{each.read_text()[-2000:]}" for each in found)

    def close(self) -> None:
        """Cancel the jobs, and end the processes."""
        self.call("scancel", "--full", "--signal=KILL", "--user=root", check=False)
        self.call("scancel", "--user=root", check=False)
        deadline = time.monotonic() + 10
        states = ("squeue", "-h", "-o", "%t")
        while self.call(*states, check=False).strip() and time.monotonic() < deadline:
            time.sleep(0.1)
        for name in ("slurmd", "slurmctld", "munged"):
            process = self.processes.pop(name, None)
            if process is not None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, name: str, *options: str) -> None:
        program = shutil.which(name) or f"/usr/sbin/{name}"
        with (self.folder / f"{name}.out.log").open("wb") as out:
            self.processes[name] = subprocess.Popen(
                [program, *options],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not is_so():
            running = all(each.poll() is None for each in self.processes.values())
            assert running, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
