"""Run folders, read: whatever they contain, nothing is executed, waited for or changed."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from bounded import bounded
from conftest import Command
from contents import contents
from damage import (
    ARRAYS,
    TEXTS,
    Edit,
    bomb,
    changed_files,
    check_change,
    check_one_line,
    replaced,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_runs import make_one, rehashed
from permissions import obey_permissions

import zookit
from zookit.core import BadRun
from zookit.inference.rebuild import info_of, rebuild_model
from zookit.runs.checkpoint import load_checkpoint
from zookit.runs.evaluation import load_evaluation
from zookit.runs.lock import locked
from zookit.runs.naming import find_run
from zookit.runs.run import read_run


@pytest.fixture(scope="module")
def fuzzed(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a run, restored after each example."""
    return Path(shutil.copytree(finished, tmp_path_factory.mktemp("fuzzed") / "run"))


def read_everything(folder: Path) -> None:
    """Read all that can be read without TensorFlow."""
    record = rehashed(read_run(folder))
    assert record.status in {"finished", "interrupted", "failed", "killed"}
    assert record.epochs >= 0
    info_of(record)
    for load in (load_evaluation, load_checkpoint):
        try:
            load(record)
        except BadRun as error:
            check_one_line(error)


def test_a_run_is_read_whole(finished: Path) -> None:
    record = read_run(finished)
    assert record.name == finished.name
    assert record.status == "finished"
    assert record.epochs == len(record.seconds) == 2
    assert list(record.history) == ["loss", "accuracy"]
    assert set(record.metrics) == {"loss", "accuracy"}
    assert record.environment.data.sizes == {"train": 96, "test": 24}
    assert record.identity(record.experiment) == record.environment.identity
    assert record.experiment.settings.threads == record.environment.runtime.intra_op_threads


def test_a_record_is_immutable(finished: Path) -> None:
    record = read_run(finished)
    with pytest.raises(FrozenInstanceError):
        record.ending = None  # type: ignore[misc]
    for mapping in (record.history, record.metrics):
        with pytest.raises(TypeError):
            mapping["loss"] = ()  # type: ignore[index]


def test_the_status_is_that_of_the_moment_of_reading(run: Path) -> None:
    (run / "metrics.json").unlink()
    with locked(run):
        record = read_run(run)
        assert record.status == "running"
    assert record.status == "running"
    assert read_run(run).status == "killed"


def test_repr_is_one_short_line_whatever_the_name(run: Path) -> None:
    odd = run.rename(run.parent / "a\nb\x1b[31m")
    text = repr(read_run(odd))
    assert text.isprintable()
    assert "finished, 2 epochs, test loss" in text
    assert len(text) < 120


@pytest.mark.parametrize(
    ("edit", "facts"),
    [
        (replaced("experiment.toml", "format = 2", "format = 1"), ["experiment.toml", "format"]),
        (replaced("experiment.toml", "epochs =", "epoch ="), ["'epoch'", "'epochs'"]),
        (replaced("environment.json", '"format": 2', '"format": 1'), ["environment.json", "1"]),
        (replaced("environment.json", '"components": [', '"components": [3,'), ["components.0"]),
        (replaced("metrics.json", '"finished"', '"done"'), ["metrics.json", "status"]),
        (replaced("metrics.json", '"epochs": 2', '"epochs": 3'), ["history.csv", "2", "3"]),
        (
            replaced("metrics.json", '"epochs": 2', '"restored_epoch": 3, "epochs": 2'),
            ["metrics.json", "restored_epoch", "3", "2"],
        ),
        (replaced("history.csv", "2,", "3,"), ["history.csv", "line 3", "epoch 2"]),
        (replaced("history.csv", "epoch,", "step,"), ["history.csv", "step"]),
        (replaced("times.csv", "\n1,", "\n1,x"), ["times.csv"]),
        (replaced("times.csv", "\n1,", "\n1,nan"), ["times.csv"]),
    ],
)
def test_a_damaged_text_is_refused_with_its_file_and_reason(
    run: Path, edit: Edit, facts: list[str]
) -> None:
    edit(run)
    with pytest.raises(BadRun) as raised:
        read_run(run)
    check_one_line(raised.value)
    assert all(fact in str(raised.value) for fact in (str(run), *facts)), raised.value


@pytest.mark.parametrize("file", ["experiment.toml", "environment.json"])
def test_a_folder_without_its_main_files_is_no_complete_run(run: Path, file: str) -> None:
    (run / file).unlink()
    with pytest.raises(BadRun, match=file):
        read_run(run)


@pytest.mark.parametrize(
    ("edit", "facts"),
    [
        (replaced("experiment.toml", "batch_size = 4", "batch_size = 5"), ["experiment.toml"]),
        (replaced("environment.json", '_epochs": "', '_epochs": "0'), ["environment.json"]),
        # The defaults of a component's parameters count too.
        (replaced("experiment.toml", "split = 0.2", "split = 0.3"), ["experiment.toml"]),
        (replaced("environment.json", '"zookit/dense"', '"zookit/cnn"'), ["experiment.toml"]),
        (replaced("experiment.toml", "epochs = 2", "epochs = 1"), ["history.csv", "2", "1"]),
    ],
    ids=["setting", "identity", "default", "component", "epochs"],
)
def test_files_of_different_runs_are_a_contradiction(
    run: Path, edit: Edit, facts: list[str]
) -> None:
    assert not read_run(run).contradiction
    edit(run)
    contradiction = read_run(run).contradiction
    assert contradiction
    assert all(fact in contradiction for fact in facts)


@pytest.mark.parametrize(
    ("edit", "facts"),
    [
        (replaced("experiment.toml", "zookit/dense", "zookit/dnese"), ["'zookit/dense"]),
        (replaced("experiment.toml", "zookit/dense", "evil:Evil"), ["evil:Evil"]),
        (replaced("experiment.toml", "units = ", "unit = "), ["unit"]),
        (replaced("experiment.toml", "    8,\n", "    0,\n"), ["units", "0"]),
        (replaced("experiment.toml", "    8,\n", "    9,\n"), ["(64, 8)", "(64, 9)"]),
        (replaced("experiment.toml", "    8,\n", "    8,\n    8,\n"), ["4", "6 arrays"]),
        (replaced("environment.json", '"grey"', '"grey", "red"'), ["head/kernel"]),
    ],
)
def test_a_changed_experiment_does_not_fit_its_weights(
    run: Path, edit: Edit, facts: list[str]
) -> None:
    edit(run)
    before = contents(run)
    with pytest.raises(BadRun) as raised:
        rebuild_model(read_run(run))
    assert all(fact in str(raised.value) for fact in (str(run), *facts)), raised.value
    assert contents(run) == before


def test_a_blocked_plugin_cannot_rebuild_a_run(
    zookit: Command, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    message = zookit("export", run, "--to", "keras").message()
    assert f"{run} cannot be rebuilt" in message
    assert "ZOOKIT_DISABLE" in message


def test_another_version_is_only_a_warning(zookit: Command, run: Path) -> None:
    owner = read_run(run).environment.owners()["zookit/dense"]
    replaced("environment.json", f'"name": "zookit/dense",\n      "owner": "{owner}"',
             '"name": "zookit/dense",\n      "owner": "zookit==0.0.1"')(run)  # fmt: skip
    make_one(run)
    outcome = zookit("export", run, "--to", "keras")
    assert outcome.code == 0
    (line,) = outcome.err.splitlines()
    assert "zookit==0.0.1" in line
    assert owner in line


def test_the_bomb_works(tmp_path: Path) -> None:
    import pickle

    pickle.loads(bomb(tmp_path / "mark")).close()
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("file", [*TEXTS, *ARRAYS])
def test_a_pickle_instead_of_a_file_is_refused_and_not_loaded(
    run: Path, tmp_path: Path, file: str
) -> None:
    (run / file).write_bytes(bomb(tmp_path / "mark"))
    with pytest.raises(BadRun, match=file):
        use_everything(run)
    assert not (tmp_path / "mark").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders")
@pytest.mark.parametrize("file", [*TEXTS, *ARRAYS])
def test_a_pipe_instead_of_a_file_is_not_waited_for(run: Path, file: str) -> None:
    (run / file).unlink()
    os.mkfifo(run / file)
    with pytest.raises(BadRun, match=f"{file} cannot be read: it is not a regular file"):
        use_everything(run)


def use_everything(folder: Path) -> None:
    """Read every file and build the model."""
    record = read_run(folder)
    load_evaluation(record)
    load_checkpoint(record)
    rebuild_model(record)


@pytest.mark.skipif(sys.platform != "linux", reason="drops permissions as Linux does")
@pytest.mark.parametrize("use", [pytest.param("export", marks=pytest.mark.slow), "report"])
def test_a_folder_from_a_stranger_is_only_read(run: Path, tmp_path: Path, use: str) -> None:
    mark, strange = tmp_path / "mark", tmp_path / "a[" / "]b\n \N{ROCKET}"
    strange.parent.mkdir()
    run.rename(strange)
    code = f"open({str(mark)!r}, 'w').close()"
    for name in ("sitecustomize", "keras", "numpy", "zookit", "dense", "conftest", "evil"):
        (strange / f"{name}.py").write_text(code)
    for name in ("model.keras", "model.h5", "weights.pkl", "callbacks.pickle", "model.npy"):
        (strange / name).write_bytes(bomb(mark))
    before = contents(strange)
    strange.chmod(0o500)
    command = Path(sys.executable).with_name("zookit")
    model = tmp_path / "model.keras"
    arguments: list[str | Path] = ["--to", "keras", "--output", model] if use == "export" else []
    try:
        ended = subprocess.run(
            [command, use, ".", *arguments],
            cwd=strange,
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=obey_permissions,
        )
    finally:
        strange.chmod(0o700)
    if use == "export":
        assert (ended.returncode, ended.stderr) == (0, "")
        assert model.stat().st_size > 10_000
    else:
        assert ended.returncode == 2
        assert "Permission denied" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert contents(strange) == before
    assert not mark.exists()


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 40 * 2**30)


def listening(path: Path) -> None:
    """Put a socket there; the names of sockets are short."""
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)


def holding(content: bytes) -> Edit:
    return lambda path: path.write_bytes(content)


def with_value(path: Path, key: str, value: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))


def linked_to(target: str) -> Edit:
    return lambda path: path.symlink_to(target)


KINDS: dict[str, Edit] = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "socket": listening,
    "device": linked_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path.name),
    "40 GB": sparse,
    "no text": holding(b"\x00\xff" * 1000),
}
CONTENTS = {
    "experiment.toml": [
        b".".join([b"a"] * 400_000) + b" = 1",
        b"x = " + b"[" * 400_000,
        b"x" * 900_000,
    ],
    "environment.json": [
        b'{"a":' * 200_000,
        b'{"format": ' + b"9" * 900_000 + b"}",
        b'{"format": 2, "' + b"x" * 900_000 + b'": 1}',
        b'{"format": 2, "x": [' + b"[]," * 100_000 + b"[]]}",
    ],
    "metrics.json": [b"[" * 400_000],
    "history.csv": [
        b"epoch," + b",".join(b"%d" % at for at in range(200_000)),
        b"epoch,loss\n1," + b"9" * 900_000,
    ],
    ".lock": [b"[" * 400_000],
}
BAD_FILES = [
    *((file, make) for file in (*TEXTS, ".lock") for make in KINDS.values()),
    *((file, holding(content)) for file, several in CONTENTS.items() for content in several),
]


@pytest.mark.parametrize(("file", "make"), BAD_FILES, ids=range(len(BAD_FILES)))
def test_one_bad_file_costs_a_line_and_no_other_run(
    zookit: Command, run: Path, file: str, make: Edit
) -> None:
    bad = Path(shutil.copytree(run, run.with_name("20251122-101500Z-00000000")))
    with_value(bad / "environment.json", "place", 1)
    if file == ".lock":
        (bad / "metrics.json").unlink()
    (bad / file).unlink()
    make(bad / file)
    with bounded(5, 512):
        listed = zookit("runs", "--json")
        found = [each["run"] for each in json.loads(listed.out)]
        assert found == ([bad.name] if file == ".lock" else []) + [run.name]
        # A run without its metrics was killed.
        assert len(listed.err.splitlines()) == (file != ".lock")
        assert len(listed.err) < 2000
        assert find_run("latest", run.parent) == run
        assert read_run(find_run(run.name[:-3], run.parent)).status == "finished"
        if file != ".lock":
            with pytest.raises(BadRun) as raised:
                read_run(bad)
            check_one_line(raised.value)


LARGE: dict[str, Edit] = {
    "classes": lambda run: with_value(
        run / "environment.json",
        "data",
        {
            **json.loads((run / "environment.json").read_text())["data"],
            "class_names": ["x"] * 300_000,
        },
    ),
    "files left out": lambda run: with_value(
        run / "environment.json",
        "data",
        {
            **json.loads((run / "environment.json").read_text())["data"],
            "left_out": ["x" * 100] * 50_000,
        },
    ),
    "versions": lambda run: with_value(
        run / "environment.json", "versions", {str(at): "1" for at in range(50_000)}
    ),
    "error": lambda run: with_value(run / "metrics.json", "error", "x " * 400_000),
    "values": lambda run: with_value(
        run / "metrics.json", "test", {str(at): 0.5 for at in range(50_000)}
    ),
    "units": replaced("experiment.toml", "    8,\n", "    8,\n" * 100_000),
    "text": replaced("experiment.toml", '"relu"', f'"{"x" * 900_000}"'),
    "callbacks": lambda run: (run / "experiment.toml").write_text(
        (run / "experiment.toml").read_text()
        + '[[callbacks]]\nname = "zookit/csv_logger"\n' * 5_000
    ),
}


@pytest.mark.parametrize("edit", LARGE.values(), ids=LARGE)
def test_a_run_that_claims_much_takes_little(zookit: Command, run: Path, edit: Edit) -> None:
    command = "compare" if edit in (LARGE["units"], LARGE["callbacks"]) else "runs"
    large = Path(shutil.copytree(run, run.with_name("20251122-101500Z-00000000")))
    edit(large)
    with bounded(10, 768):
        shown = zookit(command)
        assert shown.code == 0, shown.err[-2000:]
        assert run.name[-8:] in shown.out
        assert len(shown.out) < 100_000
        assert len(shown.err) < 10_000
        assert len(shown.err.splitlines()) <= 2


def test_a_loop_of_links_is_no_folder_of_runs(zookit: Command, run: Path) -> None:
    (run.parent / "self").symlink_to(".")
    (run.parent / "loop").symlink_to("loop")
    (run.parent / "missing").symlink_to("nowhere")
    Path("looped").symlink_to("looped")
    with bounded(5, 256):
        listed = zookit("runs", "--json")
        assert [each["run"] for each in json.loads(listed.out)] == [run.name]
        assert [line.split()[2] for line in listed.err.splitlines()] == ["self:"]
        zookit("runs", "--runs-dir", "looped")


def test_odd_names_are_listed_and_found(zookit: Command, finished: Path, tmp_path: Path) -> None:
    runs_dir = tmp_path / "runs"
    names = ("[", "[red]x", "a b", "a\nb", "\N{ROCKET}", "-v", "a\x1b[31m")
    for name in names:
        shutil.copytree(finished, runs_dir / name)
    (runs_dir / "]b").mkdir()
    outcome = zookit("runs", "--runs-dir", runs_dir)
    assert outcome.code == 0
    assert "\x1b" not in outcome.out
    (warning,) = outcome.err.splitlines()
    assert "]b" in warning
    for name in ("[", "a\nb", "-v"):
        page = tmp_path / f"{name}.html"
        outcome = zookit("report", "--output", page, "--runs-dir", runs_dir, "--", name)
        assert outcome.code == 0, outcome
        assert page.is_file()


def claims(*shape: int) -> Edit:
    """Return an edit of the shape of the images."""

    def edit(folder: Path) -> None:
        environment = json.loads((folder / "environment.json").read_text())
        environment["data"]["image_shape"] = shape
        (folder / "environment.json").write_text(json.dumps(environment))

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        claims(65_536, 65_536, 1),
        claims(65_536, 65_536, 65_536),
        claims(8192, 8192, 1),
        claims(1, 65_536, 1000),
        claims(10**9, 1, 1),
        replaced("experiment.toml", "    8,\n", "    1000000000,\n"),
        replaced("experiment.toml", "    8,\n", "    40000,\n    40000,\n    40000,\n"),
    ],
    ids=range(7),
)
def test_claims_of_size_are_held_against_the_weights(run: Path, edit: Edit) -> None:
    rebuild_model(read_run(run))  # imports what is needed
    edit(run)
    with bounded(10, 1024), pytest.raises(BadRun) as raised:
        rebuild_model(read_run(run))
    check_one_line(raised.value)
    make_one_if_possible(run)
    before = contents(run)
    with bounded(10, 1024), pytest.raises(BadRun):
        zookit.resume(run, epochs=3, quiet=True)
    assert contents(run) == before


def make_one_if_possible(folder: Path) -> None:
    with suppress(BadRun):
        make_one(folder)


@given(data=st.data())
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_file_may_contain_anything(fuzzed: Path, data: st.DataObject) -> None:
    check_change(fuzzed, data.draw(changed_files((*TEXTS, *ARRAYS), fuzzed)), read_everything)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_weights_are_refused_or_loaded(fuzzed: Path, data: st.DataObject) -> None:
    change = data.draw(changed_files(("weights.safetensors",), fuzzed))
    check_change(fuzzed, change, lambda folder: rebuild_model(rehashed(read_run(folder))))


@given(data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_commands_refuse_a_damaged_run_in_a_line(
    zookit: Command, fuzzed: Path, tmp_path: Path, data: st.DataObject
) -> None:
    names = (*TEXTS, "evaluation.safetensors")
    command = data.draw(st.sampled_from(["runs", "compare", "compare", "report"]))
    where = (fuzzed, "--output", "page.html") if command == "report" else ()

    def call(folder: Path) -> None:
        outcome = zookit(command, *where, "--runs-dir", folder.parent)
        assert outcome.code in (0, 2)
        assert len(outcome.err.splitlines()) <= 1, outcome.err

    check_change(fuzzed, data.draw(changed_files(names, fuzzed)), call)
