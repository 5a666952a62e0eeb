"""The TOML form and the identity of experiments."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zookit.core import (
    BadExperiment,
    BadParameter,
    ComponentSpec,
    Experiment,
    Settings,
    ZookitError,
)
from zookit.core.parameters import create

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EXPERIMENT = Experiment(
    ComponentSpec(
        "zookit/image_folder", {"path": "/photos", "size": 64, "grey": True, "split": 0.25}
    ),
    ComponentSpec("My.Zoo/dense", {"units": [512, 256], "dropout": 0.2, "activation": "relu"}),
    (
        ComponentSpec("zookit/stop_at_loss", {"threshold": 0.4}),
        ComponentSpec("zookit/stop_at_accuracy"),
    ),
    optimizer=ComponentSpec("zookit/adam", {"learning_rate": 1e-3, "beta_1": 0.9}),
    augmentations=(ComponentSpec("zookit/flip"), ComponentSpec("zookit/zoom")),
    settings=create(Settings, {"epochs": 7}),
)
OWNERS = {"zookit/image_folder": "zookit==1.0", "My.Zoo/dense": "My.Zoo==2.0"}
MINIMAL = 'format = 2\ndataset.name = "mnist"\narchitecture.name = "dense"\n'

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
SPECS = st.builds(
    ComponentSpec,
    st.from_regex(
        r"([A-Za-z0-9]([A-Za-z0-9._-]{0,4}[A-Za-z0-9])?/)?[a-z][a-z0-9_]{0,6}", fullmatch=True
    ),
    st.dictionaries(TEXT, PLAIN | st.lists(PLAIN, max_size=3), max_size=4),
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "epochs": st.integers(1, 1_000_000),
        "batch_size": st.integers(1, 1_000_000),
        "seed": st.integers(0, 2**32 - 1),
        "validation": st.floats(0, 1, exclude_max=True),
        "class_weights": st.booleans(),
        "normalize": st.booleans(),
        "precision": st.sampled_from(["float32", "mixed_bfloat16"]),
        "threads": st.none() | st.integers(1, 4096),
        "data": st.sampled_from(["auto", "full", "sample"]),
    },
).map(lambda values: create(Settings, values))
SEVERAL = st.lists(SPECS, max_size=3).map(tuple)
EXPERIMENTS = st.builds(
    Experiment,
    SPECS,
    SPECS,
    SEVERAL,
    SPECS,
    SEVERAL,
    st.none() | SPECS,
    st.none() | SPECS,
    SEVERAL,
    st.just("") | st.just("runs/first"),
    st.lists(TEXT, max_size=2).map(tuple),
    st.dictionaries(TEXT, TEXT, max_size=2),
    SETTINGS,
)


def identity(experiment: Experiment = EXPERIMENT, data_hash: str = "d4") -> str:
    return experiment.identity(data_hash, OWNERS)


@UNTIMED
@given(EXPERIMENTS)
def test_toml_brings_the_experiment_back(experiment: Experiment) -> None:
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.to_toml() == experiment.to_toml()
    assert again.identity("d4", OWNERS) == experiment.identity("d4", OWNERS)


def test_another_kind_has_one_component_or_several() -> None:
    knob, rare = ComponentSpec("a/knob", {"size": 3}), ComponentSpec("b/rare")
    experiment = replace(EXPERIMENT, others={"widgets": (knob, knob), "sampler": rare})
    assert Experiment.from_toml(experiment.to_toml()) == experiment
    slots = experiment.slots()
    assert (slots["widgets.1"], slots["sampler"]) == (knob, rare)
    specs = [replace(spec, name=f"c/{spec.short_name}") for spec in experiment.components()]
    changed = experiment.with_components(specs)
    assert list(changed.components()) == specs
    assert changed.others["sampler"] == ComponentSpec("c/rare")
    assert identity(experiment) != identity(replace(experiment, others={"widgets": (knob, knob)}))


def test_hand_written_toml_needs_little() -> None:
    experiment = Experiment.from_toml(
        """
        format = 2
        [dataset]
        name = "fashion_mnist"
        [architecture]
        name = "dense"
        parameters.units = [64]
        [[callbacks]]
        name = "stop_at_loss"
        [settings]
        epochs = 2
        validation = 0  # an integer is accepted for a number
        """
    )
    assert experiment == Experiment(
        ComponentSpec("fashion_mnist"),
        ComponentSpec("dense", {"units": [64]}),
        (ComponentSpec("stop_at_loss"),),
        settings=Settings(epochs=2),
    )
    assert Experiment.from_toml(MINIMAL).settings == Settings()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("format = ", ["not valid TOML"]),
        ("format = 2\nformat = 2\n", ["not valid TOML"]),
        ("\ufeffformat = 2\n", ["not valid TOML"]),
        (f"{MINIMAL}settings.seed = {'9' * 5000}", ["not valid TOML"]),
        (f"{MINIMAL}a = {'[' * 100_000}", ["not valid TOML"]),
        ("", ["format", "None", "Write format = 2"]),
        ("format = 1\n", ["format", "1", "format = 2"]),
        ('format = "1\\n"\n', [r"'1\n'"]),
        (f"format = 0x{'f' * 5000}", ["format", "int too large"]),
        ("format = 2\n", ["dataset", "name"]),
        (f"{MINIMAL}[setings]\nepochs = 1\n", ["'setings'", "Did you mean 'settings'?"]),
        (f'{MINIMAL}"a\\nb" = 1\n', [r"'a\nb'"]),
        (MINIMAL.replace("architecture", "arch"), ["'arch'", "Did you mean 'architecture'?"]),
        (f'{MINIMAL}optimiser.name = "adam"\n', ["Did you mean 'optimizer'?"]),
        ('format = 2\ndataset = "mnist"\n', ["dataset", "table", "'mnist'"]),
        ("format = 2\ndataset.name = 3\n", ["dataset", "name", "3"]),
        ('format = 2\ndataset.name = "mnist"\n', ["architecture", "name"]),
        (f"{MINIMAL}dataset.parmeters.size = 3\n", ["dataset", "Did you mean 'parameters'?"]),
        (f"{MINIMAL}dataset.parameters = 3\n", ["dataset", "parameters", "table", "3"]),
        (f'{MINIMAL}callbacks.name = "a"\n', ["callbacks", "[[callbacks]]"]),
        (f'{MINIMAL}callbacks = "some"\n', ["callbacks", "[[callbacks]]", "'some'"]),
        (f'{MINIMAL}callbacks = ["stop_at_loss"]\n', ["callbacks", "name"]),
        (f'{MINIMAL}optimizer = "adam"\n', ["optimizer", "table"]),
        (f'{MINIMAL}loss = "focal"\n', ["loss", "table"]),
        (f'{MINIMAL}frozen = "body"\n', ["frozen", "list", 'Write frozen = ["body"].']),
        (f"{MINIMAL}frozen = [1]\n", ["frozen", "text", "1"]),
        (f"{MINIMAL}input_files.words = 5\n", ["input_files", "text", "5"]),
        (f"{MINIMAL}initial_weights = 3\n", ["initial_weights", "text", "3"]),
        (f"{MINIMAL}settings = 3\n", ["settings", "table", "3"]),
        (MINIMAL.replace('"mnist"', '"Mnist\\n"'), ["dataset", r"'Mnist\n'", "zookit list"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_says_what_is_wrong_with_a_file(text: str, facts: list[str]) -> None:
    with pytest.raises(BadExperiment) as raised:
        Experiment.from_toml(text, "x.toml")
    assert str(raised.value).startswith("x.toml")
    assert all(fact in str(raised.value) for fact in facts), raised.value
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "facts"),
    [
        ("epochs = 0", ["epochs must be", "0", "1"]),
        ("epochs = true", ["epochs must be", "True"]),
        ('epochs = "many"', ["epochs must be", "'many'"]),
        ("epochs = 2020-01-02", ["epochs must be", "2020"]),
        ("validation = nan", ["validation must be", "nan"]),
        ("validation = 1.0", ["validation must be", "1.0"]),
        ("seed = -1", ["seed must be", "-1", "0"]),
        (f"seed = 0x{'f' * 5000}", ["seed must be", "int too large"]),
        ("threads = 0", ["threads must be", "0", "1"]),
        ("class_weights = 7", ["class_weights must be", "7", "true"]),
        ('data = "some"', ["data must be", "'some'", "'sample'"]),
        ("epoch = 1", ["'epoch'", "Did you mean 'epochs'?"]),
        ('optimizer = "sgd"', ["'optimizer'"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_says_which_setting_does_not_fit(settings: str, facts: list[str]) -> None:
    with pytest.raises(BadParameter) as raised:
        Experiment.from_toml(f"{MINIMAL}[settings]\n{settings}\n", "x.toml")
    assert str(raised.value).startswith("x.toml: settings: ")
    assert all(fact in str(raised.value) for fact in facts), raised.value
    assert len(str(raised.value).splitlines()) == 1


KEYS = st.sampled_from(
    ["format", "dataset", "architecture", "optimizer", "loss", "metrics", "settings", "name"]
)
TREES = st.recursive(
    PLAIN | st.sampled_from([1, "mnist"]) | st.dates() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=8,
)
# Well-formed TOML of the wrong shape, and text that is nearly TOML.
SHAPES = st.dictionaries(KEYS, TREES).map(lambda tables: tomli_w.dumps({**tables, "format": 2}))
DAMAGED = st.builds(
    lambda text, at, length, junk: text[: at % len(text)] + junk + text[at % len(text) + length :],
    EXPERIMENTS.map(Experiment.to_toml),
    st.integers(0),
    st.integers(0, 9),
    st.text("[]{}=\"'\\.,#\n\r\0é1ae_-: ", max_size=5) | st.text(max_size=3),
)


@UNTIMED
@given(st.text() | SHAPES | DAMAGED)
def test_any_text_is_an_experiment_or_refused_in_one_line(text: str) -> None:
    try:
        experiment = Experiment.from_toml(text)
    except ZookitError as error:
        message = str(error)
    else:
        assert len(identity(experiment)) == 64
        return
    assert len(message.splitlines()) == 1


def test_dates_which_no_parameter_takes_still_have_an_identity() -> None:
    first, second = (
        Experiment.from_toml(f"{MINIMAL}dataset.parameters.since = {day}")
        for day in ("2020-01-01", "2020-01-02")
    )
    assert identity(first) != identity(second)


def test_notes_are_no_part_of_the_experiment() -> None:
    noted = f'{MINIMAL}[notes]\ntitle = "of mine"\nname = "x"\n[[notes.results]]\naccuracy = 0.9\n'
    assert Experiment.from_toml(noted) == Experiment.from_toml(MINIMAL)
    with pytest.raises(BadExperiment, match="notes must be a table"):
        Experiment.from_toml(f"notes = 3\n{MINIMAL}")


def test_identity_does_not_depend_on_order() -> None:
    def turned(mapping: Mapping[str, Any]) -> dict[str, Any]:
        return dict(reversed(mapping.items()))  # type: ignore[call-overload]

    same = replace(
        EXPERIMENT,
        dataset=replace(EXPERIMENT.dataset, parameters=turned(EXPERIMENT.dataset.parameters)),
    )
    assert same.identity("d4", turned(OWNERS)) == identity()


def test_identity_is_the_same_in_another_process() -> None:
    code = (
        "import sys; from zookit.core import Experiment;"
        f"print(Experiment.from_toml(sys.stdin.read()).identity('d4', {OWNERS!r}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        input=EXPERIMENT.to_toml(),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "5"},
    )
    assert ended.stdout.strip() == identity()


CHANGES: dict[str, Any] = {
    "epochs": 8,
    "batch_size": 64,
    "seed": 1,
    "validation": 0.5,
    "class_weights": True,
    "normalize": False,
    "precision": "mixed_bfloat16",
    "threads": 2,
    "data": "full",
}


def test_every_setting_has_its_change_above() -> None:
    assert set(CHANGES) == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("name", CHANGES)
def test_identity_changes_with_every_setting(name: str) -> None:
    changed = EXPERIMENT.with_settings(**{name: CHANGES[name]})
    assert identity(changed) != identity()
    same_group = identity(changed.group()) == identity(EXPERIMENT.group())
    assert same_group == (name in ("seed", "threads"))


def test_identity_leaves_defaults_out() -> None:
    """So that a parameter that is added later, with a default, changes no identity."""
    before = ComponentSpec("zookit/mnist", {"size": 3})
    after = ComponentSpec("zookit/mnist", {"size": 3, "added": 1}, frozenset({"added"}))
    given = ComponentSpec("zookit/mnist", {"size": 3, "added": 2})
    first, same, other = (identity(replace(EXPERIMENT, dataset=d)) for d in (before, after, given))
    assert first == same != other


def test_the_known_keys_have_no_wrong_one_that_may_be_another_kind() -> None:
    with pytest.raises(BadExperiment) as raised:
        Experiment.from_toml(f'{MINIMAL}setings.epochs = 1\n[[callback]]\nname = "stop_at_loss"\n')
    assert "'setings'" in str(raised.value)
    assert "callback," not in str(raised.value)


def test_with_defaulted_goes_by_position() -> None:
    names = [frozenset({str(at)}) for at in range(len(EXPERIMENT.components()))]
    known = EXPERIMENT.with_defaulted(names)
    assert [spec.defaulted for spec in known.components()] == names
    assert known == EXPERIMENT


@pytest.mark.parametrize(
    "changed",
    [
        replace(EXPERIMENT, dataset=ComponentSpec("zookit/mnist", EXPERIMENT.dataset.parameters)),
        replace(EXPERIMENT, dataset=ComponentSpec("zookit/image_folder")),
        replace(EXPERIMENT, architecture=ComponentSpec("My.Zoo/dense", {"units": [256, 512]})),
        replace(EXPERIMENT, callbacks=EXPERIMENT.callbacks[:1]),
        replace(EXPERIMENT, callbacks=EXPERIMENT.callbacks[::-1]),
        replace(EXPERIMENT, optimizer=ComponentSpec("zookit/sgd")),
        replace(EXPERIMENT, augmentations=EXPERIMENT.augmentations[:1]),
        replace(EXPERIMENT, loss=ComponentSpec("zookit/focal")),
        replace(EXPERIMENT, initial_weights="runs/first"),
        replace(EXPERIMENT, frozen=("body",)),
        replace(EXPERIMENT, input_files={"words": "5d"}),
    ],
)
def test_identity_and_group_change_with_every_component(changed: Experiment) -> None:
    assert identity(changed) != identity()
    assert identity(changed.group()) != identity(EXPERIMENT.group())


def test_identity_and_group_change_with_data_and_owners() -> None:
    for asked in (EXPERIMENT.identity, EXPERIMENT.group().identity):
        newer = {**OWNERS, "My.Zoo/dense": "My.Zoo==2.1"}
        assert len({asked("d4", OWNERS), asked("d5", OWNERS), asked("d4", newer)}) == 3


def test_a_message_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadExperiment, match=r"^experiment\.toml: format"):
        Experiment.from_toml("")
    with pytest.raises(BadExperiment) as raised:
        Experiment.from_toml("", str(tmp_path))
    assert str(raised.value).startswith(f"{tmp_path}: ")


@pytest.mark.parametrize("module", ["__main__", "my-plugin", "docs/page.md", "a b"])
def test_a_component_of_any_module_can_be_read_again(module: str) -> None:
    experiment = replace(EXPERIMENT, architecture=ComponentSpec(f"{module}:Mean.<locals>.Inner"))
    assert Experiment.from_toml(experiment.to_toml()) == experiment
