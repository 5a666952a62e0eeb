"""What differs between experiments, as the columns of a table."""

from typing import Any

from edited_runs import RunMaker, callbacks, component, specs

from zookit.leaderboard.leaderboard import leaderboard
from zookit.leaderboard.table import Table
from zookit.runs.run import RunRecord


def table_of(*runs: RunRecord) -> Table:
    """The only table of the leaderboard of these runs."""
    (table,) = leaderboard(runs).tables
    return table


def test_only_what_differs_is_a_column(make: RunMaker) -> None:
    table = table_of(make(units=[4]), make(units=[4, 8]), make(units=[4], batch_size=64))
    assert table.columns == ("units", "batch_size")
    assert {tuple(row.values.values()) for row in table.rows} == {
        ("4", 256),
        ("4+8", 256),
        ("4", 64),
    }
    # The title has what all have in common.
    assert table.title == "mnist, dense:activation=relu,dropout=0.0"
    alone = table_of(make(units=[4]))
    assert alone.columns == ()
    assert alone.title == "mnist, dense:units=4,activation=relu,dropout=0.0"


def test_a_value_that_only_some_experiments_have_is_a_column(make: RunMaker) -> None:
    name = "zookit/keras_application"
    table = table_of(
        make(experiment=component("architecture", name, name="MobileNet", size=96)),
        make(experiment=component("architecture", name, name="MobileNet"), validation=0.4),
    )
    assert table.columns == ("size",)
    assert [row.values.get("size") for row in table.rows] == [96, None]
    assert table.title == "mnist, keras_application:name=MobileNet"


def test_each_architecture_has_its_own_parameters(make: RunMaker) -> None:
    def network(name: str, accuracy: float, **parameters: object) -> RunRecord:
        edit = component("architecture", f"zookit/{name}", **parameters)
        return make(validation=accuracy, experiment=edit)

    table = table_of(
        network("cnn", 0.9, filters=[8], dropout=0.5),
        network("dense", 0.8, units=[4], dropout=0.1),
        network("dense", 0.7, units=[4], dropout=0.2),
    )
    assert table.columns == ("architecture", "dropout")
    assert [dict(row.values) for row in table.rows] == [
        {"architecture": "cnn", "dropout": 0.5},
        {"architecture": "dense", "dropout": 0.1},
        {"architecture": "dense", "dropout": 0.2},
    ]
    assert table.title == "mnist"


def test_architectures_of_one_name_are_shown_with_their_packages(make: RunMaker) -> None:
    named = [make(experiment=component("architecture", f"{x}/dense")) for x in ("acme", "zookit")]
    rows = table_of(*named).rows
    assert [row.values["architecture"] for row in rows] == ["acme/dense", "zookit/dense"]


def test_a_parameter_with_the_name_of_a_column_is_prefixed(make: RunMaker) -> None:
    named = [
        make(experiment=component("architecture", "acme/odd", optimizer=name, rank=1))
        for name in ("a", "b")
    ]
    assert table_of(*named).columns == ("architecture.optimizer",)


def test_optimizers_and_their_parameters(make: RunMaker) -> None:
    def trained(name: str, accuracy: float, **parameters: object) -> RunRecord:
        edit = component("optimizer", f"zookit/{name}", **parameters)
        return make(validation=accuracy, experiment=edit)

    table = table_of(
        trained("sgd", 0.9, learning_rate=0.1, momentum=0.9),
        trained("sgd", 0.8, learning_rate=0.2, momentum=0.0),
        trained("adam", 0.7),
    )
    assert table.columns == ("optimizer", "learning_rate", "optimizer.momentum")
    assert [tuple(row.values.values()) for row in table.rows] == [
        ("sgd", 0.1, 0.9),
        ("sgd", 0.2, 0.0),
        ("adam",),
    ]


def test_a_loss_or_schedule_that_only_some_have(make: RunMaker) -> None:
    focal = component("loss", "zookit/focal", gamma=2.0)
    table = table_of(make(validation=0.9, experiment=focal), make(validation=0.8))
    assert table.columns == ("loss",)
    assert [row.values["loss"] for row in table.rows] == ["focal", ""]


def test_lists_of_components_show_what_differs_in_them(make: RunMaker) -> None:
    early = "zookit/early_stopping"
    three, five = ({"patience": each, "monitor": "val_loss"} for each in (3, 5))
    runs = [
        make(validation=0.9, experiment=callbacks((early, three))),
        make(validation=0.8, experiment=callbacks((early, five))),
        make(validation=0.7, experiment=callbacks()),
    ]
    table = table_of(*runs)
    assert table.columns == ("callbacks",)
    assert [row.values["callbacks"] for row in table.rows] == [
        "early_stopping:patience=3",
        "early_stopping:patience=5",
        "",
    ]
    without = table_of(*runs[1:])
    assert [row.values["callbacks"] for row in without.rows] == ["early_stopping", ""]
    flipped = make(experiment=specs("augmentations", ("zookit/flip", {})))
    assert table_of(flipped, make()).columns == ("augmentations",)
    turned = make(experiment=specs("widgets", ("zookit-widgets/knob", {})))
    assert table_of(turned, make()).columns == ("widgets",)


def test_parameters_of_data_sets_and_versions_of_packages(make: RunMaker) -> None:
    folders = [
        make(experiment=component("dataset", "zookit/image_folder", path=path))
        for path in ("/a[/]", "/b")
    ]
    assert table_of(*folders).columns == ("dataset.path",)
    owners = table_of(make(validation=0.9, owner="zookit==0.2.0"), make(validation=0.8))
    assert [row.values for row in owners.rows] == [
        {"packages": "zookit==0.2.0"},
        {"packages": "zookit==0.1.0"},
    ]


def test_input_files_differ_by_their_content(make: RunMaker) -> None:
    def reads(path: str, content: str) -> RunRecord:
        def edit(tables: dict[str, Any]) -> None:
            tables["architecture"] = {"name": "other/net", "parameters": {"table": path}}
            tables["input_files"] = {"architecture.table": content}

        return make(experiment=edit)

    same, moved, other = reads("/a", "5d" * 32), reads("/b", "5d" * 32), reads("/a", "6e" * 32)
    assert same.environment.group == moved.environment.group != other.environment.group
    table = table_of(same, moved, other)
    assert {row.values["table"] for row in table.rows} == {"5d5d5d5d", "6e6e6e6e"}
    assert len(table.rows) == 2


def test_runs_that_started_from_equal_weights_are_one_experiment(make: RunMaker) -> None:
    def started(name: str, content: str) -> RunRecord:
        def edit(tables: dict[str, Any]) -> None:
            tables["initial_weights"] = name
            tables["input_files"] = {"initial_weights": content}

        return make(experiment=edit)

    same, moved, other = (
        started("first", "5d" * 32),
        started("copy", "5d" * 32),
        started("first", "6e" * 32),
    )
    assert same.environment.group == moved.environment.group != other.environment.group
    table = table_of(same, moved, other, make())
    labels = {row.values.get("initial_weights") for row in table.rows}
    assert labels == {"first (5d5d5d5d)", "first (6e6e6e6e)", ""}
