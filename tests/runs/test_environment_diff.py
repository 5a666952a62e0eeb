"""The differences between two environments."""

from dataclasses import replace
from pathlib import Path

import pytest

from zookit.runs.environment import Environment, InstalledComponent
from zookit.runs.environment_diff import environment_diff
from zookit.runs.run import read_run


@pytest.fixture
def environment(finished: Path) -> Environment:
    return read_run(finished).environment


def test_equal_environments_have_no_differences(environment: Environment) -> None:
    assert environment_diff(environment, environment) == ()


def test_the_steps_of_an_execution_do_not_count(environment: Environment) -> None:
    runtime = replace(environment.runtime, steps_per_execution=99)
    assert environment_diff(environment, replace(environment, runtime=runtime)) == ()


def test_every_difference_is_one_line_with_both_values(environment: Environment) -> None:
    other = replace(
        environment,
        versions={**environment.versions, "keras": "3.0"},
        components=(*environment.components[1:], InstalledComponent("new/one", "new==1")),
        runtime=replace(environment.runtime, intra_op_threads=64, variables={"XLA_FLAGS": "x"}),
        data=replace(environment.data, hash="0" * 64),
    )
    keras = environment.versions["keras"]
    first = environment.components[0]
    assert environment_diff(environment, other) == (
        f"keras {keras}, now 3.0",
        f"{first.name} {first.owner}, now none",
        "new/one none, now new==1",
        f"intra op threads {environment.runtime.intra_op_threads}, now 64",
        "variables none, now {'XLA_FLAGS': 'x'}",
        f"data {environment.data.hash[:16]}, now {'0' * 16}",
    )
