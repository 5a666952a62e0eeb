"""Kept runs listed and ranked."""

import csv
import io
import json
import random
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from conftest import Command
from hypothesis import given, settings
from hypothesis import strategies as st

import zookit as front
from zookit.core import ComponentSpec, Experiment
from zookit.leaderboard.leaderboard import Leaderboard, Table, leaderboard
from zookit.runs.naming import find_run
from zookit.runs.run import RunRecord, read_run

pytestmark = pytest.mark.xdist_group("leaderboard")

UNTIMED = settings(deadline=None, max_examples=40)
UNIT = st.floats(0, 1)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Path:
    """A real run's folder, with validation."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        result = front.run(
            "mnist",
            "dense:4",
            ["stop_at_loss:0.001"],
            data="sample",
            epochs=1,
            batch_size=256,
            validation=0.2,
            runs_dir=tmp_path_factory.mktemp("real"),
            quiet=True,
        )
    return result.folder


Make = Callable[..., RunRecord]


@pytest.fixture
def make(real: Path, tmp_path: Path) -> Make:
    """Keep another run: the real one's files, edited."""
    made = iter(range(100_000, 999_999))

    def kept(
        name: str = "",
        *,
        seed: int = 0,
        validation: float | None = 0.5,
        test: float | None = 0.5,
        loss: float = 1.0,
        status: str = "finished",
        epochs: int = 1,
        data: str = "",
        owner: str = "",
        experiment: Callable[[dict[str, Any]], None] = lambda _: None,
        **chosen: Any,
    ) -> RunRecord:
        tables = tomllib.loads((real / "experiment.toml").read_text(encoding="utf-8"))
        for key, value in chosen.items():
            part = "settings" if key in tables["settings"] or key == "learning_rate" else ""
            (tables[part] if part else tables["architecture"]["parameters"])[key] = value
        tables["settings"]["seed"] = seed
        experiment(tables)
        environment = json.loads((real / "environment.json").read_text(encoding="utf-8"))
        environment["data"]["hash"] = data or environment["data"]["hash"]
        names = [tables[part]["name"] for part in ("dataset", "architecture")]
        names += [each["name"] for each in tables["callbacks"]]
        owners = dict.fromkeys(names, owner or "zookit==0.1.0")
        environment["components"] = [{"name": n, "owner": o} for n, o in owners.items()]
        plain = Experiment.from_toml(tomli_w.dumps(tables))
        environment["identity"] = plain.identity(environment["data"]["hash"], owners)
        environment["group"] = plain.group(environment["data"]["hash"], owners)
        environment["training"] = plain.with_epochs(1).identity(environment["data"]["hash"], owners)
        name = name or f"20261122-{next(made)}-{environment['identity'][:8]}"
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        logged = {"loss": loss, "accuracy": 0.1}
        if validation is not None:
            logged |= {"val_loss": loss, "val_accuracy": validation}
        lines = [f"epoch,{','.join(logged)}"]
        lines += [f"{at},{','.join(map(repr, logged.values()))}" for at in range(1, epochs + 1)]
        (folder / "history.csv").write_text("\n".join(lines) + "\n")
        seconds = [f"{at},2.5" for at in range(1, epochs + 1)]
        (folder / "times.csv").write_text("\n".join(["epoch,seconds", *seconds]) + "\n")
        (folder / "environment.json").write_text(json.dumps(environment))
        (folder / "experiment.toml").write_text(tomli_w.dumps(tables))
        ended = (
            {"loss": loss, "accuracy": test} if status == "finished" and test is not None else {}
        )
        metrics = {"status": status, "epochs": epochs, "last_epoch": logged, "test": ended}
        if status != "killed":
            (folder / "metrics.json").write_text(json.dumps({"format": 1, **metrics}))
        return read_run(folder)

    return kept


def only(board: Leaderboard) -> Table:
    (table,) = board.tables
    return table


def callbacks(*named: tuple[str, Mapping[str, Any]]) -> Callable[[dict[str, Any]], None]:
    def edit(tables: dict[str, Any]) -> None:
        tables["callbacks"] = [{"name": name, "parameters": dict(p)} for name, p in named]

    return edit


def architecture(name: str, /, **parameters: Any) -> Callable[[dict[str, Any]], None]:
    def edit(tables: dict[str, Any]) -> None:
        tables["architecture"] = {"name": name, "parameters": parameters}

    return edit


def test_a_real_run_is_listed_and_ranked(zookit: Command, real: Path) -> None:
    metrics = json.loads((real / "metrics.json").read_text())
    listed = zookit("runs", "--runs-dir", real.parent)
    assert listed.code == 0, listed
    _, line = listed.out.splitlines()
    assert line.split()[:3] == [real.name, "finished", "1"]
    assert f"{metrics['last_epoch']['val_accuracy']:.4f}" in line
    assert f"{metrics['test']['accuracy']:.4f}" in line
    assert "mnist, sample" in line
    assert "dense:units=4," in line
    (row,) = only(leaderboard([read_run(real)])).rows
    assert row.validation_accuracy
    assert row.test_accuracy
    assert row.validation_accuracy.value == metrics["last_epoch"]["val_accuracy"]
    assert row.validation_loss == metrics["last_epoch"]["val_loss"]
    assert (row.test_accuracy.value, row.test_loss) == (
        metrics["test"]["accuracy"],
        metrics["test"]["loss"],
    )
    assert (row.epochs, row.asked_epochs, row.seeds) == ((1,), 1, (0,))
    compared = zookit("compare", real)
    assert compared.code == 0, compared
    assert f"{row.validation_accuracy}" in compared.out
    assert real.name.rpartition("-")[2] in compared.out


def test_runs_are_listed_the_newest_last(zookit: Command, make: Make) -> None:
    names = ["20261122-090000-aaaaaaaa", "20261121-090000-bbbbbbbb", "20251122-090000-cccccccc"]
    for name in names:
        make(name)
    found = json.loads(zookit("runs", "--json").out)
    assert [each["run"] for each in found] == sorted(names)
    lines = zookit("runs").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == sorted(names)
    assert find_run("latest", Path("runs")).name == max(names)


def test_runs_as_json_says_what_each_is(zookit: Command, make: Make) -> None:
    kept = make(seed=3, validation=0.25, test=0.75, epochs=2, units=[8, 4])
    (found,) = json.loads(zookit("runs", "--json").out)
    assert found == {
        "run": kept.name,
        "folder": str(kept.folder),
        "status": "finished",
        "epochs": 2,
        "asked_epochs": 1,
        "validation_accuracy": 0.25,
        "test_accuracy": 0.75,
        "seconds": 5.0,
        "data": "mnist",
        "data_origin": "sample",
        "data_hash": kept.environment.data.hash,
        "architecture": "dense:units=8+4,activation=relu,dropout=0.0",
        "callbacks": ["stop_at_loss:threshold=0.001,monitor=loss"],
        "seed": 3,
        "identity": kept.environment.identity,
        "group": kept.environment.group,
    }


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_what_is_no_whole_run_is_passed_over_with_a_word(
    zookit: Command, make: Make, command: str
) -> None:
    good = make()
    make("broken")
    Path("runs/broken/history.csv").write_text("no history")
    Path("runs/old").mkdir()
    shutil.copytree(good.folder, "runs/newer")
    Path("runs/newer/environment.json").write_text('{"format": 99}')
    Path("runs/a[b]\n").mkdir()
    Path("runs/notes.txt").write_text("")
    Path("runs/.hidden").mkdir()
    ended = zookit(command, "--json")
    assert ended.code == 0, ended
    found = json.loads(ended.out)
    if command == "compare":
        assert [each["runs"] for each in found["tables"][0]["rows"]] == [[good.name]]
    else:
        assert [each["run"] for each in found] == [good.name]
    lines = ended.err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("zookit: passed over: ") for line in lines)
    for name in ("broken: ", "old: it is no run", "newer: ", r"a[b]\n: it is no run"):
        assert any(line.startswith(f"zookit: passed over: {name}") for line in lines), name


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_where_nothing_is_kept_it_is_said(zookit: Command, command: str) -> None:
    for folder in ("missing", "empty"):
        Path("empty").mkdir(exist_ok=True)
        ended = zookit(command, "--runs-dir", folder)
        assert (ended.code, ended.err) == (0, "")
        assert f"no run is kept in {folder} yet" in ended.out
    Path("file").write_text("")
    assert "file cannot be read" in zookit(command, "--runs-dir", "file").message()
    assert zookit("runs", "--json").out == "[]\n"
    assert json.loads(zookit("compare", "--json").out) == {"tables": [], "unranked": []}
    assert zookit("compare", "--csv").out == ""


def test_validation_and_test_accuracy_are_never_ranked_against_each_other(make: Make) -> None:
    made = [
        make(validation=0.4, test=0.99, units=[1]),
        make(validation=0.6, test=0.1, units=[2]),
        make(validation=None, test=0.5, units=[3]),
        make(validation=None, test=0.7, units=[4]),
    ]
    by_validation, by_test = leaderboard(made).tables
    assert (by_validation.by, by_test.by) == ("validation", "test")
    assert [row.varying for row in by_validation.rows] == [{"units": "2"}, {"units": "1"}]
    assert [row.varying for row in by_test.rows] == [{"units": "4"}, {"units": "3"}]
    assert "by validation accuracy" in by_validation.heading
    assert "by test accuracy, as there is no validation" in by_test.heading


def test_only_runs_on_the_same_data_are_ranked_together(zookit: Command, make: Make) -> None:
    first = make(validation=0.4, data="a" * 64)
    second = make(validation=0.6, data="b" * 64)
    tables = json.loads(zookit("compare", "--json", first.name, second.name).out)["tables"]
    assert [(each["data_hash"], len(each["rows"])) for each in tables] == [
        ("a" * 64, 1),
        ("b" * 64, 1),
    ]
    shown = zookit("compare").out
    assert "data aaaaaaaa" in shown
    assert "data bbbbbbbb" in shown


@UNTIMED
@given(
    by_seed=st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=6),
    repeated=st.lists(st.integers(0, 5), max_size=4),
)
def test_mean_and_spread_are_over_seeds(
    real: Path, by_seed: list[tuple[float, float]], repeated: list[int]
) -> None:
    run = read_run(real)
    runs: list[RunRecord] = []
    for at in [*range(len(by_seed)), *(at % len(by_seed) for at in repeated)]:
        validation, test = by_seed[at]
        runs.append(alike(run, seed=at, validation=validation, test=test, at=len(runs)))
    (row,) = only(leaderboard(runs)).rows
    validations, tests = zip(*by_seed, strict=True)
    for mean, values in ((row.validation_accuracy, validations), (row.test_accuracy, tests)):
        assert mean is not None
        assert mean.seeds == len(values)
        assert mean.value == pytest.approx(statistics.mean(values), abs=1e-12)
        if len(values) == 1:
            assert mean.spread is None
        else:
            assert mean.spread == pytest.approx(statistics.stdev(values), abs=1e-12)
    assert row.seeds == tuple(range(len(by_seed)))
    assert len(row.runs) == len(runs)


def alike(run: RunRecord, *, seed: int, validation: float, test: float, at: int) -> RunRecord:
    assert run.ending
    experiment = run.experiment
    ending = replace(run.ending, last_epoch={"val_accuracy": validation}, test={"accuracy": test})
    return replace(
        run,
        folder=run.folder.with_name(f"other-{at}"),
        experiment=replace(experiment, settings=replace(experiment.settings, seed=seed)),
        ending=ending,
    )


@UNTIMED
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_folders_decides_nothing(
    many: Sequence[RunRecord], order: random.Random
) -> None:
    shuffled = list(many)
    order.shuffle(shuffled)
    board = leaderboard(shuffled)
    assert board.plain() == leaderboard(many).plain()
    for table in board.tables:
        scores = [
            row.validation_accuracy if table.by == "validation" else row.test_accuracy
            for row in table.rows
        ]
        values = [each.value for each in scores if each]
        assert values == sorted(values, reverse=True)
        assert [row.rank for row in table.rows] == [values.index(each) + 1 for each in values]


@pytest.fixture(scope="module")
def many(real: Path) -> list[RunRecord]:
    """Every mixture of data, seeds, groups and measures, with many equal accuracies."""
    drawn = random.Random(5)
    run = read_run(real)
    made = []
    for at in range(40):
        made.append(
            alike(
                run,
                seed=drawn.randrange(3),
                validation=drawn.choice([0.2, 0.4, 5]),
                test=0.5,
                at=at,
            )
        )
        environment = made[-1].environment
        data = replace(environment.data, hash=drawn.choice("ab") * 64)
        group = f"{drawn.randrange(6)}{data.hash[0]}"
        made[-1] = replace(made[-1], environment=replace(environment, data=data, group=group))
    return made


def test_equal_accuracies_share_a_rank(make: Make) -> None:
    made = [
        make(validation=value, loss=loss, units=[units])
        for units, (value, loss) in enumerate([(0.5, 2.0), (0.9, 1.0), (0.5, 1.0), (0.1, 1.0)], 1)
    ]
    rows = only(leaderboard(made)).rows
    assert [(row.rank, row.varying["units"]) for row in rows] == [
        (1, "2"),
        (2, "3"),
        (2, "1"),
        (4, "4"),
    ]


def test_a_repetition_counts_once_and_is_told(zookit: Command, make: Make) -> None:
    for seed, validation in ((0, 0.4), (0, 0.4), (0, 0.4), (1, 0.8)):
        make(seed=seed, validation=validation)
    (row,) = only(leaderboard(map(read_run, Path("runs").iterdir()))).rows
    assert row.validation_accuracy
    assert row.validation_accuracy.value == pytest.approx(0.6)
    assert row.validation_accuracy.spread == pytest.approx(statistics.stdev([0.4, 0.8]))
    (cells,) = only(leaderboard(row.runs)).cells()
    assert cells["seeds"] == "2 in 4 runs"
    shown = zookit("compare").out
    assert "0.6000 ± 0.2828" in shown
    # Three have the same hash, so that it names none of them.
    assert row.runs[0].name in shown
    assert "and 2 more" in shown


def test_a_run_named_twice_is_one(zookit: Command, make: Make) -> None:
    run = make()
    found = json.loads(zookit("compare", "latest", run.name, run.folder, "--json").out)
    assert found["tables"][0]["rows"][0]["runs"] == [run.name]


def test_what_did_not_finish_is_told_and_not_ranked(zookit: Command, make: Make) -> None:
    good = make(units=[1])
    stopped = {make(status=each, epochs=2, units=[2]).name: each for each in ENDS}
    strange = make(validation=None, test=None)
    board = leaderboard(map(read_run, Path("runs").iterdir()))
    assert [row.runs[0].name for row in only(board).rows] == [good.name]
    reasons = {each.run.name: each.reason for each in board.unranked}
    assert reasons == {name: f"{status} after 2 epochs" for name, status in stopped.items()} | {
        strange.name: "finished without an accuracy from 0 to 1"
    }
    shown = zookit("compare").out
    assert all(f"not ranked: {name}: {reason}" in shown for name, reason in reasons.items())
    as_csv = zookit("compare", "--csv")
    assert all(name in as_csv.err for name in reasons)
    assert not any(name in as_csv.out for name in reasons)
    assert zookit("compare", next(iter(stopped))).code == 0


ENDS = ("interrupted", "failed", "killed")


def test_a_run_that_is_being_written_is_not_ranked(zookit: Command, make: Make) -> None:
    from filelock import FileLock

    run = make(status="killed")
    # Another process, since a lock is its process's.
    holding = (
        "import sys; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, run.folder / ".lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        (found,) = json.loads(zookit("runs", "--json").out)
        assert found["status"] == "running"
        assert leaderboard([run]).unranked[0].reason == "running after 1 epoch"
        assert process.stdin
        process.stdin.close()
    with FileLock(run.folder / ".lock"):
        pass
    assert run.status == "killed"


def test_only_what_differs_is_a_column(make: Make) -> None:
    table = only(
        leaderboard(
            [
                make(units=[4], learning_rate=0.01),
                make(units=[4, 8], learning_rate=0.01),
                make(units=[4], batch_size=64),
            ]
        )
    )
    assert table.columns == ("units", "batch_size", "learning_rate")
    assert {tuple(row.varying.values()) for row in table.rows} == {
        ("4", 256, 0.01),
        ("4+8", 256, 0.01),
        ("4", 64, ""),
    }
    # What all have in common stands above.
    assert table.title == "mnist, dense:activation=relu,dropout=0.0"
    alone = only(leaderboard([make(units=[4], epochs=1)]))
    assert alone.columns == ()
    assert alone.title == "mnist, dense:units=4,activation=relu,dropout=0.0"


def test_a_value_that_only_some_have_is_a_column(make: Make) -> None:
    body = "zookit/keras_application"
    table = only(
        leaderboard(
            [
                make(experiment=architecture(body, name="MobileNet", size=96)),
                make(experiment=architecture(body, name="MobileNet"), validation=0.4),
            ]
        )
    )
    assert table.columns == ("size",)
    assert [row.varying.get("size") for row in table.rows] == [96, None]
    assert table.title == "mnist, keras_application:name=MobileNet"


def test_the_hash_that_a_table_shows_names_one_run(zookit: Command, make: Make) -> None:
    killed, run, other = make(status="killed"), make(), make(units=[8])
    shown = zookit("compare").out
    assert run.name in shown
    assert other.name not in shown
    assert other.name.rpartition("-")[2] in shown
    assert killed.name.rpartition("-")[2] == run.name.rpartition("-")[2]


def test_different_architectures_have_each_their_own_parameters(make: Make) -> None:
    table = only(
        leaderboard(
            [
                make(
                    validation=0.9, experiment=architecture("zookit/cnn", filters=[8], dropout=0.5)
                ),
                make(
                    validation=0.8, experiment=architecture("zookit/dense", units=[4], dropout=0.1)
                ),
                make(
                    validation=0.7, experiment=architecture("zookit/dense", units=[4], dropout=0.2)
                ),
            ]
        )
    )
    assert table.columns == ("architecture", "dropout")
    assert [dict(row.varying) for row in table.rows] == [
        {"architecture": "cnn", "dropout": 0.5},
        {"architecture": "dense", "dropout": 0.1},
        {"architecture": "dense", "dropout": 0.2},
    ]
    assert table.title == "mnist"


def test_two_packages_architectures_of_one_name_are_told_apart(make: Make) -> None:
    table = only(
        leaderboard([make(experiment=architecture(f"{each}/dense")) for each in ("acme", "zookit")])
    )
    assert [row.varying["architecture"] for row in table.rows] == ["acme/dense", "zookit/dense"]


def test_a_parameter_called_like_a_setting_is_told_from_it(make: Make) -> None:
    named = [
        make(experiment=architecture("acme/odd", optimizer=name, rank=1)) for name in ("a", "b")
    ]
    assert only(leaderboard(named)).columns == ("architecture.optimizer",)


def test_callbacks_show_what_differs_in_them(make: Make) -> None:
    early = "zookit/early_stopping"
    made = [
        make(validation=0.9, experiment=callbacks((early, {"patience": 3, "monitor": "val_loss"}))),
        make(validation=0.8, experiment=callbacks((early, {"patience": 5, "monitor": "val_loss"}))),
        make(validation=0.7, experiment=callbacks()),
    ]
    table = only(leaderboard(made))
    assert table.columns == ("callbacks",)
    assert [row.varying["callbacks"] for row in table.rows] == [
        "early_stopping:patience=3",
        "early_stopping:patience=5",
        "",
    ]
    without = only(leaderboard(made[1:]))
    assert [row.varying["callbacks"] for row in without.rows] == ["early_stopping", ""]


def test_data_sets_parameters_and_packages_versions_are_columns_too(make: Make) -> None:
    def folder(path: str) -> Callable[[dict[str, Any]], None]:
        def edit(tables: dict[str, Any]) -> None:
            tables["dataset"] = {"name": "zookit/image_folder", "parameters": {"path": path}}

        return edit

    table = only(leaderboard([make(experiment=folder(path)) for path in ("/a[/]", "/b")]))
    assert table.columns == ("dataset.path",)
    owners = [make(validation=0.9, owner="zookit==0.2.0"), make(validation=0.8)]
    table = only(leaderboard(owners))
    assert [row.varying for row in table.rows] == [
        {"packages": "zookit==0.2.0"},
        {"packages": "zookit==0.1.0"},
    ]


def test_fewer_epochs_than_asked_are_told(make: Make) -> None:
    made = [make(seed=seed, epochs=epochs) for seed, epochs in enumerate((2, 4))]
    asked = [replace(run, experiment=asking(run.experiment, 9)) for run in made]
    (row,) = only(leaderboard(asked)).rows
    assert (row.epochs, row.asked_epochs) == ((2, 4), 9)
    (cells,) = only(leaderboard(asked)).cells()
    assert cells["epochs"] == "2-4 of 9"


def asking(experiment: Experiment, epochs: int) -> Experiment:
    return replace(experiment, settings=replace(experiment.settings, epochs=epochs))


def test_json_and_csv_hold_the_same(zookit: Command, make: Make) -> None:
    make(units=[4], validation=0.5)
    make(units=[4], validation=0.75, seed=1)
    make(units=[8], validation=0.25, optimizer='sgd:"a"')
    make(units=[8], validation=None, test=0.5)
    tables = json.loads(zookit("compare", "--json").out)["tables"]
    rows = list(csv.DictReader(io.StringIO(zookit("compare", "--csv").out)))
    expected = [(table, row) for table in tables for row in table["rows"]]
    assert len(rows) == len(expected) == 3
    for flat, (table, row) in zip(rows, expected, strict=True):
        for key in ("title", "data_origin", "data_hash", "ranked_by"):
            assert flat[key] == table[key]
        for key, value in {**row.pop("varying"), **row}.items():
            if isinstance(value, list):
                assert flat[key] == " ".join(map(str, value))
            else:
                assert flat[key] == ("" if value is None else str(value))
    assert rows[0]["validation_accuracy"] == "0.625"
    assert float(rows[0]["validation_accuracy_spread"]) == statistics.stdev([0.5, 0.75])
    assert rows[1]["validation_accuracy_spread"] == ""
    assert "both --json and --csv" in zookit("compare", "--json", "--csv").message()


def test_a_wrong_name_is_told(zookit: Command, make: Make) -> None:
    make("20261122-090000-aaaaaaaa")
    assert "no run 'zzz' in runs" in zookit("compare", "aaaa", "zzz").message()
    make("20261122-090000-aaaabbbb")
    assert "names 2 runs" in zookit("compare", "aaaa").message()
    Path("runs/20261122-090000-aaaabbbb/environment.json").write_text("{")
    assert "environment.json is damaged" in zookit("compare", "aaaab").message()


SCALARS = st.text() | st.integers() | st.floats() | st.booleans() | st.dates()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@UNTIMED
@given(st.lists(st.dictionaries(st.text() | st.just("rank"), VALUES, max_size=4), max_size=4))
def test_whatever_a_file_gives_as_parameters_can_be_compared(
    real: Path, parameters: list[dict[str, Any]]
) -> None:
    run = read_run(real)
    runs = []
    for at, each in enumerate(parameters):
        chosen = ComponentSpec("acme/odd", each)
        experiment = replace(run.experiment, architecture=chosen, callbacks=(chosen, chosen))
        environment = replace(run.environment, group=str(at))
        folder = real.with_name(f"other-{at}")
        runs.append(replace(run, folder=folder, experiment=experiment, environment=environment))
    board = leaderboard(runs)
    json.dumps(board.plain(), allow_nan=False)
    flat = board.flat()
    assert [len(row) for row in flat] == [len(flat[0])] * len(parameters) if flat else not runs
    for table in board.tables:
        for cells in table.cells():
            assert [*cells][1 : 1 + len(table.columns)] == [*table.columns]


@pytest.mark.parametrize("columns", ["80", "100", "160"])
def test_tables_keep_to_the_width(
    zookit: Command, make: Make, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """However much differs; square brackets are brackets."""
    monkeypatch.setenv("COLUMNS", columns)
    for at in range(1, 4):
        for seed in range(2):
            make(
                seed=seed,
                validation=at / 10 + seed / 100,
                units=[64 * at],
                dropout=at / 10,
                batch_size=16 * at,
                learning_rate=0.01 * at,
                optimizer=f"sgd:momentum=0.{at}",
                augment=["flip", "zoom", "rotation"][:at],
                experiment=callbacks(("acme/save", {"path": f"/somewhere/a[/]/{at}"})),
            )
    shown = zookit("compare")
    assert shown.code == 0, shown
    assert all(len(line) <= int(columns) for line in shown.out.splitlines())
    together = "".join(shown.out.split())
    # Where there is room for a line of "name=value" only, it is one.
    differing = ("units=192", "batch_size=48", "dropout=0.3") if columns == "100" else ("192", "48")
    for value in (*differing, "0.3050", "±0.0071", "2.5"):
        assert value in together
    hashes = [path.name[-8:] for path in Path("runs").iterdir()]
    assert all(each in together for each in hashes)


@pytest.mark.parametrize("command", ["runs", "compare"])
def test_odd_texts_are_shown_as_they_are_in_one_line(
    zookit: Command, make: Make, command: str
) -> None:
    odd = "a[b]\x1b[31m\n[red]é"
    make(odd, units=[1], experiment=callbacks(("acme/odd", {"text": "x[/]\n\x1b[2J"})))
    make(odd + "2", units=[1], experiment=callbacks(("acme/odd", {"text": "y"})))
    shown = zookit(command)
    assert shown.code == 0, shown
    assert "\x1b" not in shown.out
    assert r"a[b]\x1b[31m" in shown.out
    if command == "runs":
        assert len(shown.out.splitlines()) == 3


def test_neither_tensorflow_nor_a_plugin_is_imported(make: Make, tmp_path: Path) -> None:
    """Else reading hundreds of runs would wait for them first."""
    for seed in range(3):
        make(seed=seed)
    program = """
import sys
from zookit.cli.app import main

for words in ("runs", "runs --json", "compare", "compare --csv", "compare latest"):
    sys.argv = ["zookit", *words.split()]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code
print(*sys.modules, file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ended.stdout.count("zookit: ") == 0
    assert ended.stdout.count("dense") >= 8
    modules = set(ended.stderr.split())
    assert {"zookit.runs.run", "zookit.leaderboard.leaderboard"} <= modules
    assert not {"tensorflow", "keras"} & modules
    assert not [name for name in modules if name.startswith("zookit.plugins")]
