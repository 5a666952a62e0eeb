"""The connection to a Dask scheduler, or to its own cluster on this machine."""

import ipaddress
import logging
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from zookit.core import BadParameter, ZookitError, processors, reason_of, say
from zookit.core.data import written_aside
from zookit.plugins.launchers.dask_log import logged_in

_SECONDS = 20.0
"""How long to wait for the scheduler."""
_ENCRYPTED = ("tls", "wss")
_WITHIN_PROCESS = "inproc"


@dataclass(frozen=True, eq=False)
class Connection:
    """A client of a scheduler, and what is to be closed after it.

    `own` says whether the cluster is this launcher's own.
    """

    client: Any
    address: str
    own: bool
    held: ExitStack

    def close(self) -> None:
        """Close the client, and its own cluster."""
        self.held.close()


def connect(
    address: str | None,
    folder: Path,
    *,
    workers: int | None,
    insecure: bool,
    tls: Mapping[str, Path | None],
) -> Connection:
    """Connect to a scheduler, by default that of Dask's configuration or of its own cluster.

    Raises:
        BadParameter: parameters contradict each other, or the connection would be insecure.
        ZookitError: no scheduler answers.
    """
    import dask.config  # kept out of start-up

    if address is not None and workers is not None:
        raise BadParameter(
            "dask: workers is the number of workers of its own cluster, but address names another. "
            "Leave out one of them."
        )
    if workers is None:
        address = address or dask.config.get("scheduler-address", None)
    security = _security(tls)
    held = ExitStack()
    try:
        held.enter_context(logged_in(folder / "client.log"))
        held.callback(_restore_level, logging.getLogger("distributed").level)
        if address is None:
            source, address = _own_cluster(folder, workers or processors(), held)
            own = True
        else:
            source, own = address, False
            check_is_secure(address, insecure=insecure)
        client = _client(source, address, security)
        held.callback(_close, client)
    except BaseException:
        held.close()
        raise
    with suppress(Exception):  # Dask's configuration decides how it is made
        say(f"Dask's dashboard: {client.dashboard_link}")
    return Connection(client, address, own, held)


def check_is_secure(address: str, *, insecure: bool) -> None:
    """Raise BadParameter if others on the way could run programs on this machine."""
    scheme, _, rest = address.rpartition("://")
    host = urlsplit(f"//{rest}").hostname or ""
    if insecure or scheme in (*_ENCRYPTED, _WITHIN_PROCESS) or _is_loopback(host):
        return
    raise BadParameter(
        f"dask: {address} is another machine, and the connection to it is not encrypted: whoever "
        "can reach it can run programs on all machines of the cluster. Start the scheduler with "
        "TLS, and write address=tls://HOST:PORT. In a network that you trust, write insecure=true."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _security(tls: Mapping[str, Path | None]) -> Any:
    """Return Dask's security; None if Dask's configuration decides."""
    given = {name: path for name, path in tls.items() if path is not None}
    if not given:
        return None
    from distributed.security import Security

    missing = next((name for name in tls if name not in given), None)
    if missing is not None:
        raise BadParameter(f"dask: TLS needs ca_file, cert and key, but {missing} is not given.")
    for name, path in given.items():
        if not path.is_file():
            raise BadParameter(f"dask: {name}: there is no file {path}.")
    return Security(
        tls_ca_file=str(given["ca_file"]),
        tls_client_cert=str(given["cert"]),
        tls_client_key=str(given["key"]),
        require_encryption=True,
    )


def _own_cluster(folder: Path, workers: int, held: ExitStack) -> tuple[Any, str]:
    """Start a scheduler in this process, and workers; return the cluster and its address."""
    from distributed import LocalCluster, Scheduler
    from distributed.deploy.spec import SpecCluster
    from distributed.deploy.subprocess import SubprocessWorker

    logging.getLogger("distributed").setLevel(logging.ERROR)
    threads = max(1, processors() // workers)
    local = str(folder)
    if sys.platform == "win32":
        cluster: Any = LocalCluster(
            n_workers=workers,
            threads_per_worker=threads,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            local_directory=local,
        )
    else:
        # In contrast to LocalCluster's, these processes do not import the user's program.
        options: dict[str, Any] = {
            "host": "127.0.0.1",
            "nthreads": threads,
            "local_directory": local,
        }
        options["silence_logs"] = logging.ERROR
        worker = {"cls": SubprocessWorker, "options": {"worker_kwargs": options}}
        cluster = SpecCluster(
            workers=dict.fromkeys(range(workers), worker),
            scheduler={
                "cls": Scheduler,
                "options": {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"},
            },
            silence_logs=logging.ERROR,
        )
    held.callback(cluster.close)
    return cluster, cluster.scheduler_address


def _client(source: Any, address: str, security: Any) -> Any:
    from distributed import Client

    try:
        return Client(
            source,
            security=security,
            timeout=_SECONDS,
            set_as_default=False,
            direct_to_workers=False,
            name="zookit",
        )
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        raise ZookitError(
            f"the Dask scheduler at {address} does not answer: {reason_of(error)}. Check the "
            "address, or start one: dask scheduler --host 127.0.0.1"
        ) from None


def _close(client: Any) -> None:
    with suppress(Exception):  # the scheduler may be gone
        client.close(timeout=2)


def _restore_level(level: int) -> None:
    logging.getLogger("distributed").setLevel(level)


def session_of(folder: Path) -> str:
    """Return what identifies the sweep on the workers, also when it is continued."""
    path = folder / "session"
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    session = uuid4().hex
    with written_aside(path) as aside:
        aside.write_text(session, encoding="ascii")
    return session
