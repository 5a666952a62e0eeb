"""What a run was trained on."""

import json
from dataclasses import replace
from pathlib import Path

from zookit.core import ComponentSpec
from zookit.runs.environment import identity_without_epochs
from zookit.runs.run import read_run


def test_the_environment_is_that_of_the_file(finished: Path) -> None:
    environment = read_run(finished).environment
    written = json.loads((finished / "environment.json").read_text())
    assert {"format": 2, **environment.plain()} == written


def test_every_component_has_an_owner(finished: Path) -> None:
    record = read_run(finished)
    owners = record.environment.owners()
    assert list(owners) == [each.name for each in record.experiment.components()]
    assert all(owner.startswith("zookit==") for owner in owners.values())


def test_the_identity_without_epochs_depends_on_all_but_the_epochs(finished: Path) -> None:
    experiment = read_run(finished).experiment

    def identity(changed: object = experiment, data: str = "d4", owner: str = "1") -> str:
        return identity_without_epochs(changed, data, {"a": owner})  # type: ignore[arg-type]

    assert identity(experiment.with_settings(epochs=9)) == identity()
    architecture = experiment.architecture
    default = next(iter(architecture.defaulted))
    edited = ComponentSpec(
        architecture.name, {**architecture.parameters, default: "x"}, architecture.defaulted
    )
    others = {
        identity(experiment.with_settings(seed=1)),
        identity(experiment.with_settings(threads=7)),
        identity(replace(experiment, architecture=edited)),
        identity(data="d5"),
        identity(owner="2"),
    }
    assert len({*others, identity()}) == 6
