"""From names, words or instances to components that fit together."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from made_by_hand import Lopsided, Mean
from small_runs import DENSE, Slower, small_run

from zookit.core import (
    BadExperiment,
    BadRun,
    Callback,
    ComponentSpec,
    Experiment,
    ImageShapeRefused,
    Settings,
    TrainingOptions,
    UnknownName,
    Words,
)
from zookit.plugins import Dense, StopAtLoss
from zookit.runs.run import read_run
from zookit.training.resolve import (
    compose,
    compose_experiment,
    find_instance,
    recompose,
)


def test_words_parsed_words_specs_and_instances_are_the_same() -> None:
    first = compose("mnist", "dense:units=8", ["stop_at_loss:0.4"])
    others = [
        compose(Words.parse("mnist"), Words.parse("zookit/dense:8"), ["stop_at_loss:0.4"]),
        compose(
            first.experiment.dataset, first.experiment.architecture, first.experiment.callbacks
        ),
        compose("mnist", Dense((8,)), [StopAtLoss(0.4)]),
    ]
    for each in others:
        assert each.experiment == first.experiment
        assert each.architecture == first.architecture
        assert each.owners == first.owners
    assert first.experiment.architecture.name == "zookit/dense"
    assert first.unregistered() == ()


def test_options_become_settings_optimizer_and_augmentations() -> None:
    options = {"epochs": "3", "threads": "2", "optimizer": "sgd:momentum=0.5", "augment": "zoom"}
    composition = compose("mnist", "dense", (), options)
    assert composition.experiment.settings == Settings(epochs=3, threads=2)
    assert composition.experiment.optimizer.short_name == "sgd"
    assert composition.experiment.optimizer.parameters["momentum"] == 0.5
    assert [each.short_name for each in composition.experiment.augmentations] == ["zoom"]
    assert len(composition.augmentations) == 1
    assert compose("mnist", "dense", (), TrainingOptions(epochs=3)).experiment.settings.epochs == 3
    learning_rate = compose("mnist", "dense", (), {"learning_rate": 0.5}).experiment.optimizer
    assert learning_rate.parameters["learning_rate"] == 0.5


def test_every_component_has_an_owner() -> None:
    composition = compose("mnist", Mean(), ["early_stopping"], {"augment": ("flip",)})
    names = {each.name for each in composition.experiment.components()}
    assert composition.owners.keys() == names
    registered = {name for name in names if ":" not in name}
    assert {composition.owners[name] for name in registered} == {composition.owners["zookit/mnist"]}
    assert composition.owners["made_by_hand:Mean"].startswith("not registered, source ")
    assert composition.unregistered() == (Mean(),)


def test_the_owner_of_an_instance_is_the_hash_of_its_source() -> None:
    owners = [compose("mnist", Mean()).owners["made_by_hand:Mean"] for _ in range(2)]
    assert owners[0] == owners[1]
    names: dict[str, Any] = {"Mean": Mean, "dataclass": dataclass, "__name__": "made_up"}
    exec("@dataclass(frozen=True)\nclass Other(Mean):\n    'Has no source file.'", names)
    first, second = (compose("mnist", names["Other"]()).owners for _ in range(2))
    assert first["made_up:Other"] != second["made_up:Other"]  # they cannot be compared


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        (("mnst", "dense"), ["data set", "'mnst'", "mnist"]),
        (("dense", "mnist"), ["'dense' is one of the architectures", "DATASET ARCHITECTURE"]),
        (("mnist", "stop_at_loss"), ["'stop_at_loss' is one of the callbacks"]),
        (("mnist", "dense", "cnn"), ["'cnn' is one of the architectures"]),
    ],
)
def test_an_unknown_name_gets_a_hint(words: tuple[str, ...], facts: list[str]) -> None:
    with pytest.raises(UnknownName) as raised:
        compose(words[0], words[1], words[2:])
    assert all(fact in str(raised.value) for fact in facts), raised.value


def test_a_component_of_another_kind_is_refused() -> None:
    with pytest.raises(UnknownName, match="Dense is not a data set"):
        compose(Dense(), "dense")  # type: ignore[arg-type]


def test_a_registered_callback_is_given_once() -> None:
    with pytest.raises(BadExperiment, match="'zookit/stop_at_loss'"):
        compose("mnist", "dense", ["stop_at_loss:0.4", "zookit/stop_at_loss:0.5"])
    compose("mnist", "dense", [Slower(), Slower()])


def test_pixels_are_always_scaled_for_an_architecture_with_its_own_rule() -> None:
    with pytest.raises(BadExperiment, match="normalize=False"):
        compose("mnist", "keras_application:MobileNetV2", (), {"normalize": False})
    compose("mnist", "dense", (), {"normalize": False})


def test_an_architecture_may_refuse_the_images() -> None:
    with pytest.raises(ImageShapeRefused, match="28"):
        compose("mnist", "cnn:filters=4+4+4+4+4+4")


def experiment(**changes: Any) -> Experiment:
    return replace(compose("mnist", DENSE).experiment, **changes)


def test_a_recorded_experiment_is_composed_again() -> None:
    composition = compose_experiment(experiment())
    assert composition.experiment == experiment()
    assert isinstance(composition.architecture, Dense)


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": ComponentSpec("zookit/cosine")},
        {"loss": ComponentSpec("zookit/focal")},
        {"metrics": (ComponentSpec("zookit/top_k"),)},
        {"initial_weights": "runs/first"},
        {"frozen": ("body",)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_this_version_does_not_support_is_refused(changes: dict[str, Any]) -> None:
    (name,) = changes
    with pytest.raises(BadExperiment, match=f"{name}.*--upgrade"):
        compose_experiment(experiment(**changes))


def test_an_input_file_that_no_parameter_names_is_refused() -> None:
    with pytest.raises(BadExperiment, match=r"architecture\.words"):
        compose_experiment(experiment(input_files={"architecture.words": "5d"}))


@dataclass(frozen=True)
class Counted(Callback):
    """Is not registered, and has parameters."""

    count: int = 1
    names: tuple[str, ...] = ()

    def build(self) -> Any:
        raise AssertionError("not built here")


def test_an_instance_is_found_by_class_and_parameters() -> None:
    counted = Counted(2, ("a", "b"))
    spec = compose("mnist", "dense", [counted]).experiment.callbacks[0]
    assert find_instance(spec, [Mean(), Counted(2), counted, Counted(3)]) is counted
    assert find_instance(spec, [Counted(2, ("a", "b"))]) == counted
    with pytest.raises(UnknownName) as raised:
        find_instance(spec, [Counted(2)])
    assert "instances=[Counted(count=2, names=['a', 'b'])]" in str(raised.value)


def test_a_recorded_experiment_needs_its_instances() -> None:
    recorded = compose(Lopsided(), Mean(), [Counted(5)]).experiment
    instances = [Counted(5), Mean(), Lopsided()]
    assert compose_experiment(recorded, instances).unregistered() == (
        Lopsided(),
        Mean(),
        Counted(5),
    )
    with pytest.raises(UnknownName, match="Counted"):
        compose_experiment(recorded, instances[1:])


def test_a_run_is_composed_as_it_was_recorded() -> None:
    record = read_run(small_run())
    composition = recompose(record)
    assert composition.experiment is record.experiment
    assert dict(composition.owners) == record.environment.owners()
    longer = recompose(record, record.experiment.with_settings(epochs=9))
    assert longer.experiment.settings.epochs == 9
    gone = replace(record.experiment, architecture=ComponentSpec("zookit/gone"))
    with pytest.raises(BadRun, match=r"cannot be rebuilt.*'zookit/gone'"):
        recompose(record, gone)
