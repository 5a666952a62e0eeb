"""Which Dask schedulers are connected to, and how."""

import socket
from pathlib import Path

import pytest

pytest.importorskip("distributed")

import dask.config

from zookit.core import BadParameter, ZookitError
from zookit.plugins.launchers.dask import Dask
from zookit.plugins.launchers.dask_connection import check_is_secure, session_of


@pytest.mark.parametrize(
    "address",
    [
        "tls://cluster:8786",
        "wss://cluster:443",
        "tcp://127.0.0.1:1",
        "localhost:1",
        "tcp://[::1]:1",
    ],
)
def test_tls_and_this_machine_are_secure(address: str) -> None:
    check_is_secure(address, insecure=False)


@pytest.mark.parametrize(
    "address", ["tcp://cluster:8786", "10.0.0.1:8786", "ws://cluster", "ucx://c:1"]
)
def test_other_machines_without_tls_are_refused(address: str) -> None:
    with pytest.raises(BadParameter) as error:
        check_is_secure(address, insecure=False)
    for each in (address, "tls://", "insecure=true"):
        assert each in str(error.value)
    check_is_secure(address, insecure=True)


def test_nothing_connects_before_that(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"tcp://0.0.0.0:{server.getsockname()[1]}"  # also this machine, but not by name
        with pytest.raises(BadParameter, match="insecure"):
            Dask(address=address).open(tmp_path)
        with dask.config.set({"scheduler-address": address}), pytest.raises(BadParameter):
            Dask().open(tmp_path)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_parameters_that_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="workers"):
        Dask(address="tcp://127.0.0.1:1", workers=2).open(tmp_path)
    (tmp_path / "ca.pem").write_text("")
    with pytest.raises(BadParameter, match="cert"):
        Dask(address="tls://127.0.0.1:1", ca_file=tmp_path / "ca.pem").open(tmp_path)
    missing = tmp_path / "missing.pem"
    with pytest.raises(BadParameter, match=r"missing\.pem"):
        Dask("tls://127.0.0.1:1", ca_file=missing, cert=missing, key=missing).open(tmp_path)


@pytest.mark.cluster
def test_no_scheduler_answers(tmp_path: Path) -> None:
    with pytest.raises(ZookitError) as error:
        Dask(address="tcp://127.0.0.1:1").open(tmp_path)
    assert "tcp://127.0.0.1:1" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_continued_sweep_is_the_same_session(tmp_path: Path) -> None:
    assert session_of(tmp_path) == session_of(tmp_path)
