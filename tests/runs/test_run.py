"""Reading and rebuilding what is kept: whatever a run's folder holds, nothing in it is executed or
changed, and what is wrong is said in one line.
"""

import json
import os
import pickle
import resource
import shutil
import struct
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from conftest import Command
from contents import contents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_runs import make_one, trained
from permissions import obey_permissions
from safetensors.numpy import load as arrays_in
from safetensors.numpy import save_file

from zookit import resume
from zookit.core import BadRun, ZookitError
from zookit.inference.rebuild import info_of, rebuild_model
from zookit.runs.arrays import digest
from zookit.runs.checkpoint import load_checkpoint, save_checkpoint
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import read_run

pytestmark = pytest.mark.xdist_group("kept")

Edit = Callable[[Path], object]

TEXTS = ("experiment.toml", "environment.json", "metrics.json", "history.csv", "times.csv")
ARRAYS = ("weights.safetensors", "evaluation.safetensors", "checkpoint.safetensors")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run, which no test changes."""
    folder = tmp_path_factory.mktemp("kept")
    run = trained(folder, folder / "cache", "mnist", "dense:4", data="sample").folder
    # Without their hashes files are looked at more closely.
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "files": {}}))
    return run


@pytest.fixture
def run(kept: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(kept, tmp_path / "run"))


@pytest.fixture(scope="module")
def place(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it that is put right again after each example."""
    return Path(shutil.copytree(kept, tmp_path_factory.mktemp("fuzzed") / "run"))


@pytest.fixture(scope="module")
def stateful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run whose callbacks have states."""
    folder = tmp_path_factory.mktemp("stateful")
    callbacks = ["early_stopping:3,monitor=loss", "reduce_lr_on_plateau:1,monitor=loss"]
    words = "mnist", "dense:4"
    made = trained(folder, folder / "cache", *words, callbacks=callbacks, data="sample")
    return made.folder


def replaced(file: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def written(file: str, content: bytes) -> Edit:
    return lambda folder: (folder / file).write_bytes(content)


def cut(file: str) -> Edit:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:-7])


def weighed(*shapes: tuple[int, ...], kind: type = np.float32) -> Edit:
    arrays: dict[str, Any] = {f"{at:04d}": np.zeros(shape, kind) for at, shape in enumerate(shapes)}
    return lambda folder: save_file(arrays, folder / "weights.safetensors", {"format": "1"})


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (replaced("experiment.toml", "zookit/dense", "zookit/dnese"), "Did you mean 'zookit/dense"),
        (replaced("experiment.toml", "zookit/dense", "other/net"), "no architecture named 'other/net'"),
        (replaced("experiment.toml", "zookit/dense", "evil:Evil"), "evil:Evil"),
        (replaced("experiment.toml", "units = ", "unit = "), "no parameter 'unit'"),
        (
            replaced("experiment.toml", "    4,\n", "    0,\n"),
            "parameter 'units': '0' is not greater",
        ),
        (replaced("experiment.toml", "    4,\n", "    5,\n"), "(784, 4), the model's"),
        (replaced("experiment.toml", "    4,\n", "    4,\n    4,\n"), "4 of the model's 6 arrays"),
        (replaced("experiment.toml", "format = 1", "format = 2"), "reads format = 1"),
        (replaced("environment.json", '"format": 1', '"format": 2'), "this zookit reads 1"),
        (replaced("environment.json", "28", "27"), "the model's"),
        (replaced("environment.json", '"9"', '"8", "9"'), "the model's head/kernel is"),
        (replaced("metrics.json", '"finished"', '"done"'), "status"),
        (cut("weights.safetensors"), "weights.safetensors is damaged"),
        (lambda folder: (folder / "weights.safetensors").unlink(), "has no weights.safetensors"),
        (weighed((784, 5), (5,), (5, 10), (10,)), "0000 is float32 (784, 5), the model's"),
        (weighed((784, 4), (4,), (4, 10), (10,), kind=np.float64), "0000 is float64"),
        (weighed((784, 4), (4,), (4, 10), (11,)), "0003 is float32 (11,)"),
        (weighed((784, 4), (4,)), "2 of the model's 4 arrays"),
        (lambda folder: save_file({}, folder / "weights.safetensors"), "format is None"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(
    zookit: Command, run: Path, edit: Edit, said: str
) -> None:
    edit(run)
    before = contents(run)
    message = zookit("export", run, "--to", "keras").message()
    assert said in message
    assert str(run) in message, "it says which run"
    assert contents(run) == before


def test_a_run_without_its_plugin_is_refused(
    zookit: Command, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    message = zookit("export", run, "--to", "keras").message()
    assert message.startswith(f"zookit: {run} cannot be rebuilt: no architecture named 'zookit/dense'")
    assert "ZOOKIT_DISABLE" in message


def test_another_version_is_only_a_warning(zookit: Command, run: Path) -> None:
    owner = next(
        each["owner"]
        for each in json.loads((run / "environment.json").read_text())["components"]
        if each["name"] == "zookit/dense"
    )
    replaced("environment.json", owner, "zookit==0.0.1")(run)
    make_one(run)
    outcome = zookit("export", run, "--to", "keras")
    assert outcome.code == 0
    assert outcome.err == (
        f"zookit: run was trained with zookit/dense of zookit==0.0.1; installed is {owner}.\n"
    )


class Bomb:
    """What a pickle can do."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return open, (str(self.mark), "w")


def test_a_bomb_goes_off(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "mark"))).close()
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("file", [*TEXTS, *ARRAYS])
def test_a_pickle_in_a_files_place_is_refused(
    zookit: Command, run: Path, tmp_path: Path, file: str
) -> None:
    (run / file).write_bytes(pickle.dumps(Bomb(tmp_path / "mark")))
    commands = {"evaluation.safetensors": ("report",), "checkpoint.safetensors": ("resume",)}
    command = commands.get(file, ("export", "--to", "keras"))
    more = ("--epochs", "2") if command == ("resume",) else ()
    assert file in zookit(command[0], run, *command[1:], *more).message()
    assert not (tmp_path / "mark").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
@pytest.mark.parametrize("file", [*TEXTS, *ARRAYS])
def test_a_pipe_in_a_files_place_is_not_waited_for(run: Path, file: str) -> None:
    (run / file).unlink()
    os.mkfifo(run / file)
    with pytest.raises(BadRun, match=f"{file} is no file"):
        use_all(run)


@pytest.mark.skipif(sys.platform != "linux", reason="permissions are dropped as Linux does it")
def test_a_folder_from_a_stranger_is_only_read(run: Path, tmp_path: Path) -> None:
    mark, strange = tmp_path / "mark", tmp_path / "a[" / "]b\n \N{ROCKET}"
    strange.parent.mkdir()
    run.rename(strange)
    code = f"open({str(mark)!r}, 'w').close()"
    for name in ("sitecustomize", "keras", "numpy", "zookit", "dense", "conftest", "evil"):
        (strange / f"{name}.py").write_text(code)
    for name in ("model.keras", "model.h5", "weights.pkl", "callbacks.pickle", "model.npy"):
        (strange / name).write_bytes(pickle.dumps(Bomb(mark)))
    before = contents(strange)
    strange.chmod(0o500)
    command = Path(sys.executable).with_name("zookit")

    def exported(*more: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, "export", ".", "--to", "keras", *more],
            cwd=strange,
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ,
            preexec_fn=obey_permissions,
        )

    try:
        ended = exported("--output", tmp_path / "model.keras")
        in_there = exported()
    finally:
        strange.chmod(0o700)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "model.keras").stat().st_size > 10_000
    assert in_there.returncode == 2
    assert "Permission denied. Name another path with --output." in in_there.stderr
    assert len(in_there.stderr.splitlines()) == 1
    assert contents(strange) == before
    assert not mark.exists()


def test_names_that_are_odd(zookit: Command, run: Path, tmp_path: Path) -> None:
    runs_dir = tmp_path / "runs"
    names = ("[", "[red]x", "a b", "a\nb", "\N{ROCKET}", "-v", "a\x1b[31m")
    for name in names:
        shutil.copytree(run, runs_dir / name)
    (runs_dir / "]b").mkdir()
    outcome = zookit("runs", "--runs-dir", runs_dir)
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 1 + len(names)
    assert "\x1b" not in outcome.out
    assert outcome.err.splitlines() == ["zookit: passed over: ]b: it is no run."]
    for name in names:
        outcome = zookit("export", "--to", "keras", "--runs-dir", runs_dir, "--", name)
        assert outcome.code == 0, outcome
        assert (tmp_path / f"{name}.keras").is_file()


@pytest.fixture
def little_memory() -> Iterator[None]:
    """4 GB beside what this process has already; what asks for more is told at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + 4_000_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")
@pytest.mark.usefixtures("little_memory")
def test_more_than_fits_into_memory_is_told(zookit: Command, run: Path) -> None:
    replaced("environment.json", "28", "65536")(run)
    message = zookit("export", run, "--to", "keras").message()
    assert f"{run} cannot be rebuilt: there is not enough memory" in message


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["a\nb", "\x00", "[/]", "\ud800", "x" * 10_000]),
    st.recursive(
        st.integers(-1, 3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
)


@st.composite
def scratched(draw: st.DrawFn, content: bytes) -> bytes:
    """A file as a bad disk or a careless hand leaves it."""
    at = draw(st.integers(0, len(content)))
    to = draw(st.integers(at, min(len(content), at + 40)))
    junk = draw(st.binary(max_size=40))
    return draw(
        st.sampled_from(
            [content[:at], content[:at] + junk + content[to:], content[:at] + content[to:], junk]
        )
    )


def changed(draw: st.DrawFn, value: Any) -> Any:
    """A value of tables and lists, something in it replaced, left out or added."""
    inside = isinstance(value, dict | list) and value and draw(st.integers(0, 5))
    if not inside:
        return draw(ODD_VALUES)
    key = draw(st.sampled_from(list(value) if isinstance(value, dict) else range(len(value))))
    copy = value.copy()
    what = draw(st.integers(0, 9))
    if what == 0:
        del copy[key]
    elif what == 1 and isinstance(copy, dict):
        copy[draw(st.text(max_size=8))] = draw(ODD_VALUES)
    else:
        copy[key] = changed(draw, value[key])
    return copy


@st.composite
def edited(draw: st.DrawFn, name: str, content: bytes) -> bytes:
    """A file of the right form, with a wrong value in it."""
    if name.endswith(".csv"):
        rows = [line.split(",") for line in content.decode().splitlines()]
        row = draw(st.sampled_from(rows))
        cell = st.text(max_size=8) | st.floats().map(str) | st.sampled_from(["", '"', "1" * 5000])
        row[draw(st.integers(0, len(row) - 1))] = draw(cell)
        return "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")
    if name.endswith(".toml"):
        try:
            return tomli_w.dumps(changed(draw, tomllib.loads(content.decode()))).encode()
        except (TypeError, ValueError, AttributeError):  # TOML has no None, nor lone surrogates
            return b"[" * draw(st.integers(0, 5000))
    if name.endswith(".json"):
        return json.dumps(changed(draw, json.loads(content))).encode()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + size])
    about = header["__metadata__"]
    if "text" in about and draw(st.booleans()):
        about["text"] = json.dumps(changed(draw, json.loads(about["text"])))
        about["sha256"] = digest(arrays_in(content), about["text"])
    else:
        header = changed(draw, header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + size :]


def changed_files(names: tuple[str, ...], folder: Path) -> st.SearchStrategy[tuple[str, bytes]]:
    files = [(name, (folder / name).read_bytes()) for name in names if (folder / name).exists()]
    return st.sampled_from(files).flatmap(
        lambda file: st.tuples(st.just(file[0]), scratched(file[1]) | edited(file[0], file[1]))
    )


def read_all(folder: Path) -> None:
    """Read all that can be read without TensorFlow."""
    found = read_run(folder)
    assert found.status in {"finished", "interrupted", "failed", "killed"}
    assert found.epochs >= 0
    info_of(found)
    for load in (load_evaluation, load_checkpoint):
        try:
            load(found)
        except BadRun as error:
            one_line(error)


def use_all(folder: Path) -> None:
    """Read every file and make the model."""
    found = read_run(folder)
    load_evaluation(found)
    load_checkpoint(found)
    rebuild_model(found)


def one_line(error: ZookitError) -> None:
    assert len(str(error).splitlines()) == 1
    assert str(error).isprintable(), ascii(str(error))


def check_change(folder: Path, change: tuple[str, bytes], use: Callable[[Path], object]) -> None:
    name, content = change
    before = contents(folder)
    (folder / name).write_bytes(content)
    try:
        try:
            use(folder)
        except ZookitError as error:
            one_line(error)
        assert contents(folder) == {**before, name: content}
    finally:
        (folder / name).write_bytes(before[name])


@given(data=st.data())
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_file_may_hold_anything(place: Path, data: st.DataObject) -> None:
    check_change(place, data.draw(changed_files((*TEXTS, *ARRAYS), place)), read_all)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_weights_are_refused_or_loaded(place: Path, data: st.DataObject) -> None:
    change = data.draw(changed_files(("weights.safetensors",), place))
    check_change(place, change, lambda folder: rebuild_model(read_run(folder)))


def test_a_state_that_a_callback_cannot_take_is_told(stateful: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(stateful, tmp_path / "run"))
    checkpoint = load_checkpoint(read_run(run))
    assert checkpoint is not None
    other = replace(checkpoint.position, states=({"best": 1.0}, {}))
    save_checkpoint(run / "checkpoint.safetensors", replace(checkpoint, position=other))
    before = contents(run)
    with pytest.raises(BadRun, match="early_stopping cannot go on from the state that is kept"):
        resume(run, epochs=2, quiet=True)
    assert contents(run) == before
    shutil.copy(stateful / "checkpoint.safetensors", run)
    ended = resume(run, epochs=2, quiet=True)
    assert ended is not None
    assert ended.status == "finished"


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_checkpoint_is_refused_or_gone_on_with(
    stateful: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name, content = data.draw(changed_files(("checkpoint.safetensors",), stateful))
    run = Path(shutil.copytree(stateful, tmp_path_factory.mktemp("resumed") / "run"))
    (run / name).write_bytes(content)
    before = contents(run)
    try:
        resume(run, epochs=2, quiet=True)
    except BadRun as error:
        one_line(error)
        assert contents(run) == before
    except ZookitError as error:  # what can be computed with need not make sense
        one_line(error)
        assert read_run(run).status == "failed"
    shutil.rmtree(run)


@given(data=st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_commands_say_it_in_a_line(
    zookit: Command, place: Path, tmp_path: Path, data: st.DataObject
) -> None:
    names = (*TEXTS, "evaluation.safetensors")
    command = data.draw(st.sampled_from(["runs", "compare", "compare", "report"]))
    where = (place, "--output", "page.html") if command == "report" else ()

    def call(folder: Path) -> None:
        outcome = zookit(command, *where, "--runs-dir", folder.parent)
        assert outcome.code in (0, 2)
        assert len(outcome.err.splitlines()) <= 1, outcome.err

    check_change(place, data.draw(changed_files(names, place)), call)
