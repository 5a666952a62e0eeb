"""push, pull, sign and verify in Python."""

import re
from pathlib import Path
from typing import Any

import pytest
from http_server import serving
from pushed_runs import Keys, contents, copied, make_keys, served

import zookit
from zookit import Run, ZookitError
from zookit.registry import default

untyped: Any = zookit
pytestmark = [pytest.mark.xdist_group("shared runs"), pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return zookit.open_run(copied(tmp_path).folder)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(tmp_path)


@pytest.mark.parametrize("named", ["run", "folder", "name"])
def test_a_run_is_pushed_and_pulled(
    run: Run, tmp_path: Path, named: str, capfd: pytest.CaptureFixture[str]
) -> None:
    target: Any = {"run": run, "folder": run.folder, "name": run.name[:12]}[named]
    pushed = zookit.push(target, tmp_path / "shared", runs_dir=run.folder.parent, quiet=True)
    assert (pushed.files, pushed.sent) == (len(contents(run.folder)), pushed.files)
    pulled = zookit.pull(tmp_path / "shared", tmp_path / "others", quiet=True)
    assert isinstance(pulled, Run)
    assert (pulled.name, pulled.metrics) == (run.name, run.metrics)
    assert pulled.folder == tmp_path / "others" / run.name
    assert capfd.readouterr() == ("", "")


def test_a_run_is_signed_and_verified(run: Run, tmp_path: Path, keys: Keys) -> None:
    assert zookit.sign(run, keys.private) == run.folder / "model.sig"
    zookit.verify(run.folder, str(keys.public))
    zookit.push(run, tmp_path / "shared", quiet=True)
    zookit.pull(tmp_path / "shared", tmp_path / "others", verify=keys.public, quiet=True)


def test_a_run_at_an_address_is_opened_and_not_changed(run: Run) -> None:
    with serving() as server:
        there = zookit.open_run(served(server, run.folder))
        assert (there.name, there.metrics) == (run.name, run.metrics)
        with pytest.raises(zookit.BadRun, match=r"zookit\.pull\(url\)"):
            there.resume(epochs=2)


def test_a_run_at_an_address_is_signed_by_push_and_verified_by_pull() -> None:
    url = "https://example.org/run"
    with pytest.raises(ZookitError, match=r"zookit\.push\(run, url, sign=key\)"):
        zookit.sign(url, "key.pem")
    with pytest.raises(ZookitError, match=r"zookit\.pull\(url, verify=key\)"):
        zookit.verify(url, "key.pub")


@pytest.mark.parametrize("call", [zookit.sign, zookit.verify])
def test_of_an_installed_model_the_wheel_is_signed(call: Any, keys: Keys) -> None:
    model = next(iter(default.models))
    command = re.escape(f"zookit.{call.__name__}(file, key)")
    with pytest.raises(ZookitError, match=f"{model}.* installed model.*{command}"):
        call(model, keys.public)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: untyped.push(run, 3), "url must be"),
        (lambda run: untyped.push(3, "shared"), "run must be"),
        (lambda run: untyped.push(run, ""), "address is empty"),
        (lambda run: untyped.push(run, "shared", sign=3), "sign must be a path"),
        (lambda run: untyped.pull(None), "url must be"),
        (lambda run: untyped.pull("shared", verify=""), "verify is empty"),
        (lambda run: untyped.sign(run, None), "key must be a path"),
        (lambda run: untyped.verify(3, "key"), "target must be a path"),
    ],
    ids=lambda value: value if isinstance(value, str) else "call",
)
def test_wrong_arguments_are_errors(run: Run, call: Any, message: str) -> None:
    with pytest.raises(ZookitError, match=re.escape(message)):
        call(run)
