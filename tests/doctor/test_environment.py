"""What the doctor reports about the environment."""

import json
import sys
from pathlib import Path

import pytest
from examined import examined
from made_data import Made, put_files
from terminal import written_in_terminal

import zookit
from zookit.core.data import cache_folder
from zookit.data.prepared import prepare
from zookit.doctor.environment import examine_environment
from zookit.isolation import CallResult


def test_problems_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache, data = str(tmp_path / "file" / "cache"), str(tmp_path / "nowhere")
    found = examined(tmp_path, ZOOKIT_CACHE_DIR=cache, ZOOKIT_DATA_DIR=data)
    assert not found.plain["ok"]
    assert not found.plain["environment"]["cache_is_writable"]
    backend, not_writable, no_folder = found.reasons()
    assert "'jax'" in backend
    assert not found.plain["findings"][0]["advice"]  # the reason contains it
    assert cache in not_writable
    assert data in no_folder


@pytest.mark.parametrize(
    ("result", "state", "fact"),
    [
        (CallResult(None, -9, timed_out=True, stack=[]), "hanging", "within 7 s"),
        (CallResult(None, -11, timed_out=False, stack=[]), "broken", "SIGSEGV"),
        (
            CallResult(
                {"reason": "OSError: no", "has_advice": False}, 0, timed_out=False, stack=[]
            ),
            "broken",
            "OSError: no",
        ),
    ],
)
def test_tensorflow_that_cannot_be_imported(result: CallResult, state: str, fact: str) -> None:
    _, (finding,) = examine_environment(result, 7)
    assert finding.state == state
    assert fact in finding.reason
    assert "pip install --force-reinstall tensorflow keras" in finding.advice


@pytest.mark.usefixtures("fresh_cache")
def test_damaged_data_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_files(tmp_path / "data" / "made")
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    prepare(Made(), "full", "made", "made==1")
    works = CallResult({"versions": {}, "devices": [], "seconds": 1}, 0, timed_out=False, stack=[])
    assert examine_environment(works, 7)[1] == []
    path = next((cache_folder() / "prepared").glob("made-*/test-images.npy"))
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(500)
        file.write(b"damage")
    _, (finding,) = examine_environment(works, 7)
    assert finding.is_fault
    assert str(path.parent) in finding.reason
    assert "zookit data verify" in finding.advice


@pytest.mark.slow
def test_a_clean_installation_is_ok(tmp_path: Path) -> None:
    """With zookit's own plugins and TensorFlow, and a progress bar in the terminal."""
    script = f"'{sys.executable}' -m zookit doctor --json --timeout 100 > found.json"
    variables = {"ZOOKIT_CACHE_DIR": str(tmp_path / "cache"), "COLUMNS": "120"}
    written = written_in_terminal(["sh", "-c", script], "stderr", tmp_path, **variables)
    assert b"loading plugins and TensorFlow" in written
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["format"] == 1
    assert found["ok"]
    assert found["findings"] == []
    assert [each["name"] for each in found["plugins"] if not each["ok"]] == []
    environment = found["environment"]
    assert environment["prefix"] == sys.prefix
    assert environment["versions"]["zookit"] == zookit.__version__
    assert {"python", "tensorflow", "keras"} <= set(environment["versions"])
    assert "CPU:0" in environment["devices"]
    assert environment["seconds"] > 0
    assert environment["cache"] == str(tmp_path / "cache" / "zookit-cache")
    assert environment["cache_is_writable"]
    assert environment["cache_size"] == 0
    plugins = {each["name"]: each for each in found["plugins"]}
    assert plugins["mnist"]["data"]["state"] in ("sample", "system")
    assert plugins["image_folder"]["data"] is None
    assert plugins["cnn"]["data"] is None
    assert plugins["cnn"]["owner"] == f"zookit=={zookit.__version__}"
    assert plugins["cnn"]["kind"] == "architectures"
