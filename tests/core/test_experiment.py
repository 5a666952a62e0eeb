"""The experiment as a plain value: its TOML form and its identity."""

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
    create(Settings, {"epochs": 7, "augment": ["flip", "zoom"], "learning_rate": 1e-3}),
)
OWNERS = {"zookit/image_folder": "zookit==1.0", "My.Zoo/dense": "My.Zoo==2.0"}
MINIMAL = 'format = 1\ndataset.name = "mnist"\narchitecture.name = "dense"\n'

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
CHOSEN = st.builds(
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
        "optimizer": TEXT.filter(lambda text: "\0" not in text),
        "learning_rate": st.none() | st.floats(0, exclude_min=True, allow_infinity=False),
        "seed": st.integers(0, 2**32 - 1),
        "validation": st.floats(0, 1, exclude_max=True),
        "augment": st.lists(st.sampled_from(["flip", "rotation", "zoom"]), unique=True),
        "class_weights": st.booleans(),
        "normalize": st.booleans(),
        "precision": st.sampled_from(["float32", "mixed_bfloat16"]),
        "data": st.sampled_from(["auto", "full", "sample"]),
    },
).map(lambda values: create(Settings, values))
EXPERIMENTS = st.builds(
    Experiment, CHOSEN, CHOSEN, st.lists(CHOSEN, max_size=3).map(tuple), SETTINGS
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


def test_hand_written_toml_needs_little() -> None:
    experiment = Experiment.from_toml(
        """
        format = 1
        [dataset]
        name = "fashion_mnist"
        [architecture]
        name = "dense"
        parameters.units = [64]
        [[callbacks]]
        name = "stop_at_loss"
        [settings]
        epochs = 2
        learning_rate = 1  # a whole number does where a number is wanted
        """
    )
    assert experiment == Experiment(
        ComponentSpec("fashion_mnist"),
        ComponentSpec("dense", {"units": [64]}),
        (ComponentSpec("stop_at_loss"),),
        Settings(epochs=2, learning_rate=1.0),
    )
    assert Experiment.from_toml(MINIMAL).settings == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format = ", "x.toml is not TOML: Invalid value (at end of document)."),
        ("format = 1\nformat = 1\n", "x.toml is not TOML: "),
        ("\ufeffformat = 1\n", "x.toml is not TOML: "),
        (f"{MINIMAL}settings.seed = {'9' * 5000}", "x.toml is not TOML: Exceeds the limit"),
        (f"{MINIMAL}a = {'[' * 100_000}", "x.toml is not TOML: "),
        ("", "x.toml: format is None; this zookit reads format = 1."),
        ("format = 2\n", "x.toml: format is 2; this zookit reads format = 1."),
        ('format = "1\\n"\n', r"x.toml: format is '1\n'; this"),
        (f"format = 0x{'f' * 5000}", "x.toml: format is <int too large to show>; this"),
        ("format = 1\n", 'x.toml: dataset is not a table with name = "...".'),
        (
            f"{MINIMAL}[setings]\nepochs = 1\n",
            "x.toml: no key 'setings'. Did you mean 'settings'? It has: dataset, architecture",
        ),
        (f'{MINIMAL}"a\\nb" = 1\n', r"x.toml: no key 'a\nb'. It has: "),
        (MINIMAL.replace("architecture", "arch"), "x.toml: no key 'arch'."),
        ('format = 1\ndataset = "mnist"\n', "x.toml: dataset is not a table with name"),
        ("format = 1\ndataset.name = 3\n", "x.toml: dataset is not a table with name"),
        ('format = 1\ndataset.name = "mnist"\n', "x.toml: architecture is not a table with name"),
        (
            f"{MINIMAL}dataset.parmeters.size = 3\n",
            "x.toml: dataset: no key 'parmeters'. Did you mean 'parameters'? It has: name, param",
        ),
        (f"{MINIMAL}dataset.parameters = 3\n", "x.toml: dataset: parameters is not a table."),
        (f'{MINIMAL}callbacks.name = "a"\n', "x.toml: callbacks is not a list of tables ([[call"),
        (f'{MINIMAL}callbacks = "stop_at_loss"\n', "x.toml: callbacks is not a list of tables"),
        (f'{MINIMAL}callbacks = ["stop_at_loss"]\n', "x.toml: callbacks is not a table with name"),
        (f"{MINIMAL}settings = 3\n", "x.toml: settings is not a table ([settings])."),
        (
            MINIMAL.replace('"mnist"', '"Mnist\\n"'),
            r"x.toml: dataset: 'Mnist\n' cannot be looked up: write a name as 'zookit list' shows",
        ),
    ],
)
def test_says_what_is_wrong_with_a_file(text: str, message: str) -> None:
    with pytest.raises(BadExperiment) as raised:
        Experiment.from_toml(text, "x.toml")
    assert str(raised.value).startswith(message)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("epochs = 0", "parameter 'epochs': '0' is not at least 1."),
        ("epochs = true", "parameter 'epochs': True is not a whole number."),
        ('epochs = "many"', "parameter 'epochs': 'many' is not a whole number."),
        ("epochs = 2020-01-02", "'epochs': datetime.date(2020, 1, 2) is not a whole number."),
        ("validation = nan", "parameter 'validation': nan is not a finite number."),
        ("validation = 1.0", "parameter 'validation': '1.0' is not less than 1.0."),
        ("learning_rate = 0", "parameter 'learning_rate': '0' is not greater than 0.0."),
        ("seed = -1", "parameter 'seed': '-1' is not at least 0."),
        (f"seed = 0x{'f' * 5000}", "'seed': <int too large to show> is not less than 4294967296."),
        ("optimizer = 3", "parameter 'optimizer': 3 is not text."),
        ("class_weights = 7", "parameter 'class_weights': 7 is not true or false."),
        ('data = "some"', "parameter 'data': 'some' is not one of 'auto', 'full' or 'sample'."),
        ('augment = ["blur"]', "parameter 'augment': ['blur'] is not one of 'flip', 'rotation', "),
        (
            'augment = ["flip", "flip"]',
            "x.toml: settings: augment names flip+flip: name each change once.",
        ),
        ("epoch = 1", "settings: no parameter 'epoch'. Did you mean 'epochs'? It has: epochs, "),
    ],
)
def test_says_which_setting_does_not_fit(settings: str, message: str) -> None:
    with pytest.raises(BadParameter) as raised:
        Experiment.from_toml(f"{MINIMAL}[settings]\n{settings}\n", "x.toml")
    assert str(raised.value).startswith("x.toml: settings: ")
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


KEYS = st.sampled_from(["format", "dataset", "architecture", "callbacks", "settings", "name"])
TREES = st.recursive(
    PLAIN | st.sampled_from([1, "mnist"]) | st.dates() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=8,
)
# Well-formed TOML of the wrong shape, and text that is nearly TOML.
SHAPES = st.dictionaries(KEYS, TREES).map(lambda tables: tomli_w.dumps({**tables, "format": 1}))
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
    "optimizer": "sgd",
    "learning_rate": 2e-3,
    "seed": 1,
    "validation": 0.5,
    "augment": ("flip",),
    "class_weights": True,
    "normalize": False,
    "precision": "mixed_bfloat16",
    "data": "full",
}


def test_every_setting_has_its_change_below() -> None:
    assert set(CHANGES) == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("name", CHANGES)
def test_identity_changes_with_every_setting(name: str) -> None:
    changed = replace(EXPERIMENT, settings=replace(EXPERIMENT.settings, **{name: CHANGES[name]}))
    assert identity(changed) != identity()
    alike = changed.group("d4", OWNERS) == EXPERIMENT.group("d4", OWNERS)
    assert alike == (name == "seed")


@pytest.mark.parametrize(
    "changed",
    [
        replace(EXPERIMENT, dataset=ComponentSpec("zookit/mnist", EXPERIMENT.dataset.parameters)),
        replace(EXPERIMENT, dataset=ComponentSpec("zookit/image_folder")),
        replace(EXPERIMENT, architecture=ComponentSpec("My.Zoo/dense", {"units": [256, 512]})),
        replace(EXPERIMENT, callbacks=EXPERIMENT.callbacks[:1]),
        replace(EXPERIMENT, callbacks=EXPERIMENT.callbacks[::-1]),
    ],
)
def test_identity_and_group_change_with_every_component(changed: Experiment) -> None:
    assert identity(changed) != identity()
    assert changed.group("d4", OWNERS) != EXPERIMENT.group("d4", OWNERS)


def test_identity_and_group_change_with_data_and_owners() -> None:
    for asked in (EXPERIMENT.identity, EXPERIMENT.group):
        newer = {**OWNERS, "My.Zoo/dense": "My.Zoo==2.1"}
        assert len({asked("d4", OWNERS), asked("d5", OWNERS), asked("d4", newer)}) == 3


def test_only_what_was_made_by_hand_cannot_be_rebuilt() -> None:
    assert ComponentSpec("mnist").rebuildable
    assert ComponentSpec("zookit/mnist").rebuildable
    assert not ComponentSpec("made_by_hand:Mean").rebuildable


def test_a_message_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadExperiment, match=r"^experiment\.toml: format is None"):
        Experiment.from_toml("")
    with pytest.raises(BadExperiment) as raised:
        Experiment.from_toml("", str(tmp_path))
    assert str(raised.value).startswith(f"{tmp_path}: ")
