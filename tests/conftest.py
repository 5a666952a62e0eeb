"""Fixtures for all tests: a separate cache, no network access, and the command in-process."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis  # before objects are frozen below, as it looks who refers to whom
import pytest
from fresh_environment import FreshEnvironment

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    def message(self) -> str:
        """Return the one line of a user error: on stderr, exit code 2, nothing on stdout."""
        assert self.code == 2, self
        assert not self.out, self
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert lines[-1].startswith("zookit: ")
        assert len(lines[-1]) > len("zookit: ")
        return lines[-1]


Command = Callable[..., Outcome]

gc.disable()  # until everything is imported
# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile(
    "at any speed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("at any speed")

# Background jobs of a shell start with Ctrl-C ignored, and so do the processes that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Freeze the objects of TensorFlow and Keras, and fix the threads of this process.

    Searching those objects for garbage took a tenth of the time. Without fixed threads, the first
    training in a process would decide them for all later tests.
    """
    gc.freeze()
    gc.enable()
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        from zookit.core.processor_count import processors

        tf.config.threading.set_intra_op_parallelism_threads(processors())
        tf.config.threading.set_inter_op_parallelism_threads(1)


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch, session_cache: Path) -> Iterator[None]:
    """Keep tests away from the user's cache, data and settings, and from the network.

    What a test offered from a Python file, the registry forgets.
    """
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    for name in ("ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    # Set, not deleted, so that what --no-plugin and --plugin write is undone as well.
    for name in ("ZOOKIT_DISABLE", "ZOOKIT_PLUGINS", "ZOOKIT_WITH"):
        monkeypatch.setenv(name, "")
    # A closed port refuses connections at once. The tests' own servers are on 127.0.0.1.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("no_proxy", raising=False)
    yield
    registry = sys.modules.get("zookit.registry")
    if registry is not None and any(
        ".py==" in entry.owner
        for group in list(vars(registry.default)["_components"].values())
        for entry in group.entries()
    ):
        from edited_plugin import forget_plugins

        forget_plugins()


@pytest.fixture
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the test's own; the value of ZOOKIT_CACHE_DIR."""
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def zookit(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Run the command line in this process, in the test's own folder."""
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
    """A virtual environment with zookit's wheel, for slow tests; creating it takes a minute.

    It is created before `isolated_environment` turns the network off, which pip may need. Each test
    uninstalls what it installs. All are in the group "fresh environment" of pytest-xdist, so that
    one process creates it.
    """
    return FreshEnvironment.make(tmp_path_factory.mktemp("fresh"))


@pytest.fixture
def test_data() -> Path:
    """The folder with the full real data sets; skips the test if there is none."""
    named = os.environ.get("ZOOKIT_TEST_DATA")
    if not named:
        pytest.skip("ZOOKIT_TEST_DATA does not name a folder with the full data sets")
    return Path(named).absolute()
