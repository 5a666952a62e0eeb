"""From names, words or instances to components that fit together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from made_by_hand import Lopsided, Mean
from made_files import here, write
from small_runs import DENSE, Slower, small_run

from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    Callback,
    ComponentSpec,
    Experiment,
    ImageShapeRefused,
    Metric,
    Settings,
    UnknownName,
    Words,
    ZookitError,
)
from zookit.plugins import SGD, Crossentropy, Dense, StopAtLoss
from zookit.runs.run import read_run
from zookit.training.resolve import (
    compose,
    compose_experiment,
    find_instance,
    recompose,
)

__all__ = ["here"]


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


def test_the_default_optimizer_may_be_blocked_if_another_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "adam")
    assert compose("mnist", "dense", (), {"optimizer": "sgd"}).optimizer == SGD()
    with pytest.raises(UnknownName, match="adam"):
        compose("mnist", "dense")


def test_options_become_settings_optimizer_and_augmentations() -> None:
    options = {"epochs": "3", "threads": "2", "optimizer": "sgd:momentum=0.5", "augment": "zoom"}
    composition = compose("mnist", "dense", (), options)
    assert composition.experiment.settings == Settings(epochs=3, threads=2)
    assert composition.experiment.optimizer.short_name == "sgd"
    assert composition.experiment.optimizer.parameters["momentum"] == 0.5
    assert [each.short_name for each in composition.experiment.augmentations] == ["zoom"]
    assert len(composition.augmentations) == 1
    learning_rate = compose("mnist", "dense", (), {"learning_rate": 0.5}).experiment.optimizer
    assert learning_rate.parameters["learning_rate"] == 0.5


def test_a_learning_rate_is_a_number_or_a_schedule() -> None:
    for given in (0.5, "0.5"):
        found = compose("mnist", "dense", (), {"learning_rate": given}).experiment
        assert (found.optimizer.parameters["learning_rate"], found.schedule) == (0.5, None)
    found = compose("mnist", "dense", (), {"learning_rate": "cosine:0.01"}).experiment
    assert found.schedule is not None
    assert found.schedule.parameters["rate"] == 0.01
    assert "learning_rate" not in found.optimizer.parameters


@pytest.mark.parametrize(
    ("callbacks", "options", "facts"),
    [
        ([], {"optimizer": "adam:0.1", "learning_rate": 0.2}, ["0.1", "0.2", "adam"]),
        ([], {"optimizer": "adam:0.1", "learning_rate": "cosine"}, ["adam", "cosine"]),
        (["reduce_lr_on_plateau"], {"learning_rate": "cosine"}, ["reduce_lr_on_plateau", "cosine"]),
    ],
)
def test_only_one_thing_sets_the_learning_rate(
    callbacks: list[str], options: dict[str, Any], facts: list[str]
) -> None:
    with pytest.raises(ZookitError) as raised:
        compose("mnist", "dense", callbacks, options)
    assert all(fact in str(raised.value) for fact in facts), raised.value


def test_metrics_are_named_by_their_words_and_each_name_stands_once() -> None:
    options = {"metrics": ["top_k:3", "top_k:5"]}
    assert list(compose("mnist", "dense", (), options).metrics) == ["top_k_3", "top_k_5"]
    with pytest.raises(BadExperiment, match="'top_k_3' is given twice"):
        compose("mnist", "dense", (), {"metrics": ["top_k:3", "zookit/top_k:k=3"]})


@dataclass(frozen=True)
class Share(Metric):
    """A metric that no entry point names."""

    of: str = "all"

    def build(self, classes: int) -> Any:
        """Not called here."""


def test_metrics_that_are_not_registered_have_different_names_too() -> None:
    with pytest.raises(BadExperiment, match=r"share' is given twice"):
        compose("mnist", "dense", (), {"metrics": [Share(), Share()]})
    with pytest.raises(BadExperiment, match=r"a-b and .*a_b would both be logged as"):
        compose("mnist", "dense", (), {"metrics": [Share("a-b"), Share("a_b")]})
    assert len(compose("mnist", "dense", (), {"metrics": [Share(), Share("a")]}).metrics) == 2


METRIC = """
    from dataclasses import dataclass
    from zookit.core import Metric

    @dataclass(frozen=True)
    class NAME(Metric):
        def build(self, classes): ...
"""


@pytest.mark.parametrize("name", ["Epoch", "Seconds", "Accuracy", "LearningRate", "ValLoss"])
def test_a_metric_cannot_have_the_name_of_a_column(here: Path, name: str) -> None:
    write(here, METRIC.replace("NAME", name), "own.py")
    with pytest.raises(BadExperiment, match="name of another value"):
        compose("mnist", "dense", (), {"metrics": f"./own.py:{name}"})


def test_plain_crossentropy_is_the_loss_that_is_not_recorded() -> None:
    plain, given = (compose("mnist", "dense", (), each) for each in ({}, {"loss": "crossentropy"}))
    assert given.experiment == plain.experiment
    assert given.loss is None
    smooth = compose("mnist", "dense", (), {"loss": "crossentropy:label_smoothing=0.1"})
    assert smooth.experiment.loss is not None


def test_mixed_labels_need_the_component_crossentropy(monkeypatch: pytest.MonkeyPatch) -> None:
    composition = compose("mnist", "dense", (), {"augment": "mixup"})
    assert (composition.loss, composition.experiment.loss) == (Crossentropy(), None)
    monkeypatch.setenv("ZOOKIT_DISABLE", "crossentropy")
    assert compose("mnist", "dense").loss is None
    with pytest.raises(UnknownName, match="crossentropy"):
        compose("mnist", "dense", (), {"augment": "mixup"})


def test_augmentations_are_applied_in_the_order_given() -> None:
    for options in ({"augment": "zoom+flip"}, {"augment": ["zoom", "flip"]}):
        found = compose("mnist", "dense", (), options).experiment.augmentations
        assert [each.short_name for each in found] == ["zoom", "flip"]
    experiment = compose("mnist", "dense", (), {"augment": ["rotation:0.2", "flip"]}).experiment
    assert experiment.augmentations[0].parameters["factor"] == 0.2


def test_an_option_that_does_not_exist_is_refused_with_a_hint() -> None:
    with pytest.raises(BadParameter, match="'metrics'"):
        compose("mnist", "dense", (), {"metric": "top_k:3"})


def test_a_component_of_another_kind_is_pointed_to_its_option() -> None:
    with pytest.raises(UnknownName, match="write augment='flip'"):
        compose("mnist", "dense", ["flip"])


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


@dataclass(frozen=True)
class Renamed(Callback):
    """A callback of the user, whose parameter had another name when a run was recorded."""

    renamed: ClassVar[Mapping[str, str]] = {"steps": "epochs"}
    epochs: int = 1

    def build(self) -> Any:
        raise NotImplementedError


def test_an_instance_is_found_by_old_names_of_its_parameters() -> None:
    spec = ComponentSpec(f"{__name__}:Renamed", {"steps": 3})
    assert find_instance(spec, [Renamed(1), Renamed(3)]) == Renamed(3)


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
