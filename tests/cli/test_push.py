"""push, pull, sign and verify, and runs that are named by their addresses."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from conftest import Command
from edited_runs import RunMaker
from http_server import Server, serving
from PIL import Image
from pushed_runs import Keys, contents, copied, make_keys, served
from s3_server import BUCKET, s3_server

from zookit.remote.manifest import MANIFEST
from zookit.runs.run import RunRecord

pytestmark = pytest.mark.xdist_group("shared runs")


@pytest.fixture
def run(tmp_path: Path) -> RunRecord:
    """A finished run in the folder `runs` of the current folder."""
    return copied(tmp_path)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(tmp_path)


@pytest.fixture
def server(fresh_cache: Path) -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.new("L", (28, 28), 255).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.mark.usefixtures("fresh_cache")
def test_a_run_goes_to_another_machine_and_is_verified(
    zookit: Command, run: RunRecord, keys: Keys, tmp_path: Path
) -> None:
    pushed = zookit("push", "latest", "shared", "--sign", keys.private)
    assert pushed.code == 0
    assert f"pushed {len(contents(run.folder))} files" in pushed.out
    assert str(tmp_path / "shared") in pushed.out
    again = zookit("push", run.name, "shared")
    assert f"{len(contents(run.folder))} were there already" in again.out
    pulled = zookit("pull", "shared", "--runs-dir", "other", "--verify", keys.public)
    assert (pulled.code, str(tmp_path / "other" / run.name) in pulled.out) == (0, True)
    assert contents(tmp_path / "other" / run.name) == contents(run.folder)
    assert "already" in zookit("pull", "shared", "--runs-dir", "other").out
    verified = zookit("verify", "latest", "--runs-dir", "other", "--key", keys.public)
    assert (verified.code, "has not changed" in verified.out) == (0, True)


def test_a_wheel_is_signed_and_verified(zookit: Command, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "a-1.whl").write_bytes(b"wheel")
    assert "a-1.whl.sig" in zookit("sign", "a-1.whl", "--key", keys.private).out
    assert zookit("verify", "a-1.whl", "--key", keys.public).code == 0
    (tmp_path / "a-1.whl").write_bytes(b"other")
    changed = zookit("verify", "a-1.whl", "--key", keys.public)
    assert (changed.code, "not valid" in changed.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        "push latest https://me:secret@example.invalid/run?sig=secret",
        "push latest nonsense://bucket/run",
        "push latest memory://bucket/run",
        "push latest s3:/bucket/run",
        "push nothing shared",
        "pull nothing",
        "pull latest",
        "sign latest --key nothing.pem",
        "verify latest --key nothing.pub",
        "verify https://example.invalid/run --key nothing.pub",
        "predict nonsense://run photo.png",
        "show memory://me:secret@nothing/run",
    ],
)
@pytest.mark.usefixtures("run", "photo", "fresh_cache")
def test_an_error_is_one_line_without_secrets(zookit: Command, words: str) -> None:
    outcome = zookit(*words.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert "secret" not in outcome.err


def test_a_run_at_an_address_is_used_where_a_run_is_named(
    zookit: Command, run: RunRecord, server: Server, photo: Path, tmp_path: Path
) -> None:
    url = served(server, run.folder)
    predicted = zookit("predict", url, photo, "--json")
    assert predicted.code == 0
    assert predicted.out == zookit("predict", run.folder, photo, "--json").out
    assert zookit("report", url).code == 0
    assert (tmp_path / "report.html").is_file()
    compared = zookit("compare", url, run.folder)
    assert (compared.code, run.name[-8:] in compared.out) == (0, True)
    assert [path for path, _ in server.requests].count(f"/run/{MANIFEST}") == 3
    assert not [path for path, _ in server.requests if "checkpoint" in path]


def test_the_copy_of_a_run_at_an_address_is_listed_and_cleared(
    zookit: Command, run: RunRecord, server: Server
) -> None:
    zookit("compare", served(server, run.folder))
    assert run.name in zookit("data", "list").out
    assert "removed" in zookit("data", "clear", "--yes", run.name).out
    assert "empty" in zookit("data", "list").out


def test_a_run_at_an_address_is_not_resumed(
    zookit: Command, run: RunRecord, server: Server, tmp_path: Path
) -> None:
    refused = zookit("resume", served(server, run.folder))
    assert (refused.code, "Pull it" in refused.err) == (2, True)
    assert zookit("pull", served(server, run.folder), "--runs-dir", "new").code == 0
    assert zookit("resume", "latest", "--runs-dir", "new").code == 0


@pytest.mark.parametrize(
    ("words", "corrected"),
    [
        ("pul URL", "pull URL"),
        ("upload latest shared", "push latest shared"),
        ("predict URL photo.png --topp 3", "predict URL photo.png --top 3"),
        ("evaluat URL", "evaluate URL"),
        ("show-images URL", ""),
    ],
)
@pytest.mark.usefixtures("run", "photo")
def test_nothing_is_pulled_for_a_command_that_is_misspelt(
    zookit: Command, server: Server, words: str, corrected: str
) -> None:
    def line(text: str) -> str:
        return text.replace("URL", f"{server.url}/run")

    outcome = zookit(*line(words).split())
    assert outcome.code == 2
    assert line(corrected) in outcome.err
    assert server.requests == []


def test_nothing_is_pulled_again_to_explain_an_error(
    zookit: Command, run: RunRecord, server: Server
) -> None:
    outcome = zookit("predict", served(server, run.folder), "missing.png")
    assert (outcome.code, "missing.png" in outcome.err) == (2, True)
    assert [path for path, _ in server.requests].count(f"/run/{MANIFEST}") == 1


@pytest.mark.slow
def test_a_training_starts_from_the_run_at_an_address(
    zookit: Command, run: RunRecord, server: Server
) -> None:
    url = served(server, run.folder)
    wrong = zookit("run", "mnist", "dense:8", "--init", url, "--epoch", "x")
    assert wrong.code == 2
    assert server.requests == []
    words = ("--data", "sample", "--epochs", "1", "--batch-size", "256", "--runs-dir", "new")
    started = zookit("run", "mnist", "dense:8", "--init", url, *words)
    assert started.code == 0, started
    assert [path for path, _ in server.requests].count(f"/run/{MANIFEST}") == 1


def test_a_push_warns_of_what_the_run_names(zookit: Command, tmp_path: Path) -> None:
    record = RunMaker(tmp_path / "runs")()
    file = record.folder / "experiment.toml"
    tables = tomllib.loads(file.read_text())
    tables["dataset"]["parameters"] = {
        **tables["dataset"].get("parameters", {}),
        "path": "/home/me/photos",
        "url": "https://me:hush@host/x",
    }
    file.write_text(tomli_w.dumps(tables))
    pushed = zookit("push", "latest", "shared")
    assert pushed.code == 0
    assert "/home/me/photos" in pushed.err
    assert "https://host/x" in pushed.err
    assert "hush" not in pushed.err + pushed.out


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_cache")
def test_a_run_on_s3_is_used_by_its_address(
    zookit: Command, run: RunRecord, photo: Path, tmp_path: Path
) -> None:
    with s3_server() as endpoint:
        url = f"s3://{BUCKET}/digits"
        assert zookit("push", "latest", url).code == 0
        run.folder.rename(tmp_path / "gone")
        predicted = zookit("predict", url, photo, "--json")
        assert (predicted.code, '"probability"' in predicted.out) == (0, True), predicted
        assert zookit("evaluate", url).code == 0
        assert zookit("pull", url).code == 0
        assert zookit("resume", "latest", "--epochs", "2").code == 0
        again = zookit("push", "latest", url)
        assert (again.code, "pushed" in again.out, endpoint in again.out) == (0, True, False)
