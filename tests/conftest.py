"""What every test stands on: a cache of its own, no network by accident, the command in-process."""

import gc
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hypothesis  # noqa: F401 - before objects are frozen below, as it looks who refers to whom
import pytest
from fresh_environment import FreshEnvironment

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    def message(self) -> str:
        """The one line a user's error is: on stderr, exit code 2, nothing on stdout."""
        assert self.code == 2, self
        assert not self.out, self
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert lines[-1].startswith("zookit: ")
        assert len(lines[-1]) > len("zookit: ")
        return lines[-1]


Command = Callable[..., Outcome]

gc.disable()  # until all is imported


def pytest_collection_finish() -> None:
    """TensorFlow, Keras and the rest are imported now, and there to stay.

    To look through their objects again and again for garbage took a tenth of the time.
    """
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, session_cache: Path) -> None:
    """No test reads or writes a person's own cache, data or choices, or waits for the network."""
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    for name in ("ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    # Set, not deleted, so that what --no-plugin writes is undone too.
    for name in ("ZOOKIT_DISABLE", "ZOOKIT_WITH"):
        monkeypatch.setenv(name, "")
    # A closed port: what would go out is refused at once. Tests' own servers are on 127.0.0.1.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.fixture
def zookit(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """The command line, run in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    from zookit.cli.app import main

    def call(*arguments: str | os.PathLike[str]) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["zookit", *(os.fspath(each) for each in arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), written.out, written.err)

    return call


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> FreshEnvironment:
    """An environment with zookit from its wheel, for the tests marked `slow`; a minute to make.

    It is made before `own_surroundings` shuts the network off, which pip may need. Each test takes
    out again what it installs.
    """
    return FreshEnvironment.make(tmp_path_factory.mktemp("fresh"))


@pytest.fixture
def test_data() -> Path:
    """The whole real data, where there is some."""
    named = os.environ.get("ZOOKIT_TEST_DATA")
    if not named:
        pytest.skip("ZOOKIT_TEST_DATA names no folder with whole real data")
    return Path(named).absolute()
