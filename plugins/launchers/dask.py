"""Trains on a Dask cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from annotated_types import Ge

from zookit.core import Doc, Jobs, Launcher
from zookit.plugins.launchers.dask_connection import connect
from zookit.plugins.launchers.dask_jobs import DaskJobs


@dataclass(frozen=True)
class Dask(Launcher):
    """The workers of a Dask cluster that runs already, or of its own on this machine.

    Without an address, the scheduler of Dask's configuration (`scheduler-address`) is used if there
    is one. Each thread of a Dask worker takes a run of one thread.
    """

    address: Annotated[
        str | None, Doc("Address of a scheduler, such as tls://host:8786. Its own if not given.")
    ] = None
    workers: Annotated[
        int | None, Ge(1), Doc("Workers of its own cluster; one per processor if not given.")
    ] = None
    insecure: Annotated[
        bool, Doc("Whether to connect to another host without TLS. Anyone there can run programs.")
    ] = False
    ca_file: Annotated[Path | None, Doc("Certificate of the authority, for TLS.")] = None
    cert: Annotated[Path | None, Doc("Certificate of this client, for TLS.")] = None
    key: Annotated[Path | None, Doc("Key of this client, for TLS.")] = None

    packages: ClassVar[Mapping[str, str]] = {"distributed": "zookit[dask]"}

    def open(self, folder: Path) -> Jobs:
        """Return the jobs. The archives of their runs come into the folder."""
        tls = {"ca_file": self.ca_file, "cert": self.cert, "key": self.key}
        connection = connect(
            self.address, folder, workers=self.workers, insecure=self.insecure, tls=tls
        )
        return DaskJobs(connection, folder)
