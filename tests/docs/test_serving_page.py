"""The commands and the code of the page about serving, with a server on a free port."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import SERVING_PAGE, blocks, commands, text_of
from served import RunningServer, serving

from zookit.serve import limits
from zookit.serve.request_images import MOST_IMAGES

ADDRESS = "127.0.0.1:8000"
"""What the page says."""
TOKEN = "a-token-of-the-documentation"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """The first command of the page."""
    words = shlex.split(commands(SERVING_PAGE)[0])
    assert words[:2] == ["zookit", "serve"]
    with serving(*words[2:]) as server:
        yield server


@pytest.fixture
def here(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: None
) -> RunningServer:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOOKIT_SERVE_TOKEN", TOKEN)
    return server


@pytest.mark.slow
def test_commands_of_other_programs(here: RunningServer) -> None:
    predict, models = (
        json.loads(
            subprocess.run(
                block.replace(ADDRESS, here.address), shell=True, capture_output=True, check=True
            ).stdout
        )
        for block in blocks(SERVING_PAGE, "bash")
    )
    (shown,) = blocks(SERVING_PAGE, "json")
    (prediction,) = predict["predictions"]
    for key in prediction:
        assert f'"{key}"' in shown
    for key in ("model", "class", "label", "unsure", "explanation"):
        assert f'"{key}": {json.dumps(prediction[key])}' in shown
    assert [each["name"] for each in models["models"]] == ["mnist_cnn", "fashion_mnist_cnn"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_python(here: RunningServer, capsys: pytest.CaptureFixture[str], number: int) -> None:
    block = blocks(SERVING_PAGE, "python")[number]
    assert ADDRESS in block
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(block.replace(ADDRESS, here.address), SERVING_PAGE, "exec"), names)
    if number == 0:
        assert len(capsys.readouterr().out.splitlines()) == 3
    else:
        assert getattr(names["probabilities"], "shape", None) == (3, 10)


def test_limits_are_those_of_the_code() -> None:
    text = text_of(SERVING_PAGE)
    assert f"| {limits.MOST_BYTES // 1_000_000} MB | 413 |" in text
    assert f"| {MOST_IMAGES} | 400 |" in text
    assert f"| {limits._SECONDS_TO_ARRIVE} s | 408 |" in text
    assert f"| {limits._SECONDS_TO_ANSWER} s | 503 |" in text
    assert f"| {limits._MOST_REQUESTS} | 503 |" in text
