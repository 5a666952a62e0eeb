"""Runs of before and after a renaming are compared under the new names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from edited_runs import Edit, RunMaker, callbacks, component, specs

from zookit.core import Experiment
from zookit.leaderboard.leaderboard import leaderboard
from zookit.leaderboard.names import under_newest_names
from zookit.leaderboard.table import Table
from zookit.runs.environment import InstalledComponent
from zookit.runs.run import RunRecord

RENAMED = {"units": "width", "rate": "dropout"}


def made_by(
    run: RunRecord, version: str, *, defaulted: tuple[str, ...] = (), **more: Any
) -> RunRecord:
    """Return a run whose architecture is of a version of `zookit-a`, as training records it."""
    slots = run.experiment.slots()
    components = [
        InstalledComponent(spec.name, f"zookit-a=={version}", defaulted=defaulted, **more)
        if slot == "architecture"
        else InstalledComponent(spec.name, "zookit==0.1.0")
        for slot, spec in slots.items()
    ]
    return with_components(run, components)


def with_components(run: RunRecord, components: Sequence[InstalledComponent]) -> RunRecord:
    experiment = run.experiment.with_defaulted([frozenset(each.defaulted) for each in components])
    environment = replace(run.environment, components=tuple(components)).of(experiment)
    return replace(run, experiment=experiment, environment=environment)


def architecture(name: str, **parameters: Any) -> Edit:
    def edit(tables: dict[str, Any]) -> None:
        tables["architecture"] = {"name": f"zookit-a/{name}", "parameters": parameters}

    return edit


@pytest.fixture
def old(make: RunMaker) -> RunRecord:
    """A run of version 1.0, whose parameters had other names; `depth` did not exist."""
    run = make(seed=0, validation=0.4, experiment=architecture("alpha", units=8, rate=0.0))
    return made_by(run, "1.0", defaulted=("rate",))


def new(make: RunMaker, version: str = "2.0", seed: int = 1, **more: Any) -> RunRecord:
    """A run of the version that renamed."""
    parameters = {"width": 8, "dropout": 0.0, "depth": 1} | more
    run = make(seed=seed, validation=0.6, experiment=architecture("beta", **parameters))
    defaulted = tuple({"dropout", "depth"} - more.keys())
    return made_by(run, version, defaulted=defaulted, renamed=RENAMED, formerly=("alpha",))


def table_of(*runs: RunRecord) -> Table:
    (table,) = leaderboard(runs).tables
    return table


def test_runs_under_old_and_new_names_are_one_row(make: RunMaker, old: RunRecord) -> None:
    table = table_of(old, new(make))
    (row,) = table.rows
    assert row.seeds == (0, 1)
    assert row.validation_accuracy is not None
    assert row.validation_accuracy.value == pytest.approx(0.5)
    assert row.runs[0].experiment.architecture.name == "zookit-a/alpha"
    assert table.title == "mnist, beta:width=8,dropout=0.0"
    # The reader sees that the mean is over two versions.
    assert row.values == {"packages": "zookit-a==1.0, zookit-a==2.0"}


def test_one_column_has_the_values_of_both_names(make: RunMaker, old: RunRecord) -> None:
    table = table_of(old, new(make, width=16))
    assert [row.values["width"] for row in table.rows] == [16, 8]
    assert "units" not in table.columns
    assert "architecture" not in table.columns


def test_another_default_is_no_equal_experiment(make: RunMaker, old: RunRecord) -> None:
    other = make(seed=1, experiment=architecture("beta", width=8, dropout=0.5, depth=1))
    both = ("dropout", "depth")
    other = made_by(other, "2.0", defaulted=both, renamed=RENAMED, formerly=("alpha",))
    table = table_of(old, other)
    assert sorted(str(row.values["dropout"]) for row in table.rows) == ["0.0", "0.5"]


def test_runs_of_one_name_and_two_versions_stay_apart(make: RunMaker, old: RunRecord) -> None:
    table = table_of(old, new(make), new(make, "3.0", seed=2))
    assert sorted(len(row.runs) for row in table.rows) == [1, 2]
    joined = next(row for row in table.rows if len(row.runs) == 2)
    assert joined.values["packages"] == "zookit-a==1.0, zookit-a==2.0"


def test_names_that_changed_twice_lead_to_the_newest(make: RunMaker, old: RunRecord) -> None:
    newest = make(seed=2, experiment=architecture("gamma", size=8, dropout=0.0, depth=1))
    newest = made_by(
        newest,
        "10.0",
        defaulted=("dropout", "depth"),
        renamed={"width": "size"},  # the author dropped the older names
        formerly=("beta",),
    )
    table = table_of(newest, new(make, "9.0"), old)
    (row,) = table.rows
    assert row.seeds == (0, 1, 2)
    assert table.title.startswith("mnist, gamma:size=8")


def test_a_name_that_changed_back_is_the_newest_one(make: RunMaker, old: RunRecord) -> None:
    back = make(seed=2, experiment=architecture("alpha", units=8, rate=0.0))
    names = {"width": "units", "dropout": "rate"}
    back = made_by(back, "3.0", defaulted=("rate",), renamed=names, formerly=("beta",))
    found = under_newest_names([old, new(make), back])
    assert {run.experiment.architecture.name for run in found} == {"zookit-a/alpha"}
    assert all(run.experiment.architecture.parameters["units"] == 8 for run in found)


def test_a_repetition_under_old_names_joins_its_version(make: RunMaker, old: RunRecord) -> None:
    again = made_by(
        old, "2.0", defaulted=("rate",), renamed=RENAMED, formerly=("alpha",), now="zookit-a/beta"
    )
    again = replace(again, folder=again.folder.with_name("again"))
    (row,) = table_of(again, new(make)).rows
    assert row.seeds == (0, 1)


def test_input_files_change_their_names_too(make: RunMaker, old: RunRecord) -> None:
    files = {"architecture.units": "a" * 64}
    with_file = replace(old, experiment=replace(old.experiment, input_files=files))
    (found, _) = under_newest_names([with_file, new(make)])
    assert found.experiment.input_files == {"architecture.width": "a" * 64}


def test_equal_experiments_with_other_results_are_reported(
    make: RunMaker, old: RunRecord, caplog: pytest.LogCaptureFixture
) -> None:
    better = make(seed=0, test=0.9, experiment=architecture("beta", width=8, dropout=0.0, depth=1))
    better = made_by(
        better, "2.0", defaulted=("dropout", "depth"), renamed=RENAMED, formerly=("alpha",)
    )
    leaderboard([old, better])
    assert "are the same experiment" in caplog.text
    assert "zookit-a/beta" in caplog.text


def measured(
    make: RunMaker,
    version: str,
    metric: str = "mcc",
    *,
    value: float = 0.5,
    seed: int = 0,
    unit: bool = False,
    order: int = 2,
    default_order: int = 2,
) -> RunRecord:
    """Return a run with a loss and a metric of `zookit-a`; the metric is called `mcc` since 2.0."""
    column = f"{metric}_true" if unit else metric

    def edit(tables: dict[str, Any]) -> None:
        specs("metrics", (f"zookit-a/{metric}", {"unit": unit}))(tables)
        component("loss", "zookit-a/taylor", order=order)(tables)
        callbacks(("zookit/early_stopping", {"patience": 3, "monitor": f"val_{column}"}))(tables)

    run = make(seed=seed, experiment=edit)
    assert run.ending
    last = {**run.ending.last_epoch, column: value, f"val_{column}": value}
    ending = replace(run.ending, last_epoch=last, test={**run.ending.test, column: value})
    run = replace(run, history={name: (each,) for name, each in last.items()}, ending=ending)
    declared: Mapping[str, Any] = {"unit": False, "order": default_order}
    return with_components(
        run,
        [
            InstalledComponent(
                spec.name,
                f"zookit-a=={version}" if spec.name.startswith("zookit-a/") else "zookit==0.1.0",
                defaulted=tuple(k for k, v in spec.parameters.items() if declared.get(k) == v),
                formerly=("matthews",) if spec.short_name == "mcc" else (),
            )
            for spec in run.experiment.components()
        ],
    )


@pytest.mark.parametrize("by", ["mcc", "matthews"])
def test_a_metric_is_one_under_both_names(
    make: RunMaker, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    runs = [
        measured(make, "1.0", "matthews", value=0.2),
        measured(make, "2.0", value=0.6, seed=1),
        measured(make, "2.0", value=0.1, unit=True),
    ]
    board = leaderboard(runs, by)
    (table,) = board.tables
    assert table.metric == "mcc"
    (row,) = table.rows
    assert row.seeds == (0, 1)
    assert row.runs == tuple(runs[:2])
    for found in (row.validation_value, row.test_value):
        assert found is not None
        assert found.value == pytest.approx(0.4)
    assert [(each.run, each.reason) for each in board.unranked] == [
        (runs[2], "finished without mcc")
    ]
    warned = "'matthews' is now called 'mcc'" in caplog.text
    assert warned == (by == "matthews")


def test_what_was_logged_has_the_new_name(make: RunMaker) -> None:
    old = measured(make, "1.0", "matthews", value=0.25)
    # The default is not known, since no run of the new version has it.
    (found, _) = under_newest_names([old, measured(make, "2.0", unit=True)])
    assert found.history["mcc"] == found.history["val_mcc"] == (0.25,)
    assert found.metrics["mcc"] == 0.25
    assert "matthews" not in found.history
    assert found.history["val_loss"] == old.history["val_loss"]
    assert found.experiment.callbacks[0].parameters["monitor"] == "val_mcc"


def test_a_parameter_of_a_metric_has_its_new_name_too(make: RunMaker) -> None:
    def run_with(key: str, version: str, **more: Any) -> RunRecord:
        run = make(experiment=specs("metrics", ("zookit-a/pair", {"a": 1, key: 2})))
        assert run.ending
        (metric,) = run.experiment.metrics
        ending = replace(run.ending, test={**run.ending.test, metric.identifier: 0.5})
        return with_components(
            replace(run, ending=ending),
            [
                InstalledComponent(spec.name, f"zookit-a=={version}", **more)
                if spec == metric
                else InstalledComponent(spec.name, "zookit==0.1.0")
                for spec in run.experiment.components()
            ],
        )

    runs = [run_with("old", "1.0"), run_with("new", "2.0", renamed={"old": "new"})]
    (table,) = leaderboard(runs, runs[1].experiment.metrics[0].identifier).tables
    (row,) = table.rows
    assert len(row.runs) == 2


def test_a_package_that_renamed_counts_as_a_whole(make: RunMaker) -> None:
    new = measured(make, "2.0", seed=1)
    (row,) = table_of(measured(make, "1.0", "matthews"), new).rows
    assert row.values == {"packages": "zookit-a==1.0, zookit-a==2.0"}
    # Another version of a component that has no old name is another experiment, as ever.
    versions = [made_by(make(seed=each), f"{each}.0") for each in (1, 2)]
    assert len(table_of(new, *versions).rows) == 3


def test_another_default_of_what_was_not_renamed_is_no_equal_experiment(make: RunMaker) -> None:
    old = measured(make, "1.0", "matthews", order=2)
    new = measured(make, "2.0", seed=1, order=4, default_order=4)
    table = table_of(old, new)
    assert sorted(str(row.values["loss"]) for row in table.rows) == [
        "taylor:order=2",
        "taylor:order=4",
    ]


def test_runs_without_renamings_stay_as_they_are(make: RunMaker, old: RunRecord) -> None:
    other = make(experiment=callbacks())
    assert under_newest_names([old, other]) == [old, other]


def test_a_run_that_knows_no_renamings_is_read(make: RunMaker) -> None:
    run = make()
    recorded = json.loads((run.folder / "environment.json").read_text())
    assert all("renamed" not in each for each in recorded["components"])
    assert {(each.now, each.formerly) for each in run.environment.components} == {("", ())}
    assert isinstance(run.experiment, Experiment)
