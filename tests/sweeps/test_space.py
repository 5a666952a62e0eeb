"""What varies: names of settings and parameters, and which values a combination has."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_files import here, write

from zookit.core import Choice, Range, ZookitError
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.space import Space
from zookit.sweeps.vary import parse_vary

__all__ = ["here"]

BASE = SweepRequest(("mnist",), ("dense", "cnn"))


def space(*vary: str, **changes: Any) -> Space:
    return Space(replace(BASE, vary=tuple(map(parse_vary, vary)), **changes))


def test_a_parameter_varies_where_its_component_is() -> None:
    found = space("dense.units=64,128", "learning_rate=0.1,0.01")
    own = ["dataset", "architecture", "callbacks"]
    assert [each.name for each in found.varied] == [*own, "learning_rate", "dense.units"]
    assert found.varied[-1].when == {"architecture": ("dense",)}


@pytest.mark.parametrize(
    ("vary", "changes", "when"),
    [
        ("dense.units=1,2", {}, {"architecture": ("dense",)}),
        ("zookit/dense.units=1,2", {}, {"architecture": ("dense",)}),
        ("dense.units=1,2", {"architectures": ("dense:activation=elu", "dense")}, {}),
        ("adam.beta_1=0.8,0.9", {}, {}),
        ("sgd.momentum=0,0.9", {"options": {"optimizer": "sgd"}}, {}),
        ("crossentropy.label_smoothing=0,0.1", {}, {}),
        ("rotation.fill=black,wrap", {"options": {"augment": ["flip", "rotation:0.1"]}}, {}),
    ],
)
def test_components_of_all_kinds_have_parameters_that_vary(
    vary: str, changes: dict[str, Any], when: Any
) -> None:
    assert space(vary, **changes).varied[-1].when == when


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["my_net", "MyNet", "net.py/my_net", "./net.py:MyNet"])
def test_a_parameter_of_a_component_in_a_file_varies(name: str) -> None:
    found = space(f"{name}.units=2,4", architectures=("dense", "./net.py:MyNet"))
    assert found.varied[-1].when == {"architecture": ("./net.py:MyNet",)}
    point = {"architecture": "./net.py:MyNet", f"{name}.units": "4"}
    place = next(each for each in found.places if each.varies == "architecture")
    assert found.words_at(place, point) == ("net.py/my_net:units=4",)


def test_a_name_that_two_files_have_is_refused_with_all_names(here: Path) -> None:
    write(here, name="other.py")
    both = ("./net.py:MyNet", "./other.py:MyNet")
    with pytest.raises(ZookitError) as raised:
        space("my_net.units=2,4", architectures=both)
    assert "net.py/my_net, other.py/my_net" in str(raised.value)
    found = space("other.py/my_net.units=2,4", architectures=both)
    assert found.varied[-1].when == {"architecture": both[1:]}
    with pytest.raises(ZookitError) as raised:
        space("her_net.units=2,4", architectures=both[:1])
    assert "my_net" in str(raised.value)


def test_a_parameter_depends_on_the_optimizer_that_varies() -> None:
    found = space("adam.beta_1=0.8,0.9", "optimizer=adam,sgd")
    assert [each.name for each in found.varied[-2:]] == ["optimizer", "adam.beta_1"]
    assert found.varied[-1].when == {"optimizer": ("adam",)}
    assert found.count == 2 * (2 + 1)


def test_combinations_are_counted_without_seeds() -> None:
    assert space().count == 2
    assert space("dense.units=1,2,3", "cnn.filters=8,16", "epochs=1,2").count == (3 + 2) * 2
    assert space("dense.units=1,2,3", "dense.dropout=0,0.5").count == 3 * 2 + 1
    assert space("learning_rate=0.1..1").count == float("inf")


def test_options_of_a_combination_have_the_values_that_vary() -> None:
    found = space(
        "optimizer=adam,sgd",
        "sgd.momentum=0.5,0.9",
        "augment=,flip+zoom,flip rotation:0.1",
        "freeze=,body",
        "epochs=1,2",
        options={"metrics": ["top_k:3"], "loss": "focal"},
    )
    point = {
        "optimizer": "sgd",
        "sgd.momentum": "0.9",
        "augment": "flip rotation:0.1",
        "freeze": "body",
        "epochs": "2",
    }
    assert found.options(point) == {
        "optimizer": "sgd:momentum=0.9",
        "augment": ("flip", "rotation:0.1"),
        "freeze": "body",
        "epochs": "2",
        "metrics": ("top_k:3",),
        "loss": "focal",
    }
    other = {**point, "optimizer": "adam", "augment": "", "freeze": ""}
    options = found.options(other)
    assert (options["optimizer"], options["augment"], options["freeze"]) == ("adam", (), None)
    assert found.options({**point, "augment": "flip+zoom"})["augment"] == ("flip", "zoom")


def test_a_range_has_the_type_of_its_parameter() -> None:
    def last(vary: str) -> Any:
        return space(vary).varied[-1]

    assert last("epochs=1..9") == Range("epochs", 1, 9, whole=True)
    assert last("validation=0..0.5").whole is False
    assert last("adam.weight_decay=0..1") == Range("adam.weight_decay", 0, 1, whole=False)
    assert last("learning_rate=0.001..1:log") == Range("learning_rate", 0.001, 1, log=True)
    assert last("dense.units=16..512").whole


@pytest.mark.parametrize(
    ("vary", "changes", "facts"),
    [
        ("lr=1,2", {}, ["'lr'", "'learning_rate'"]),
        ("units=1,2", {}, ["units", "dense.units"]),
        ("dense:units=1,2", {}, ["'dense:units'", "dense.units"]),
        ("dens.units=1,2", {}, ["'dens'", "'dense'"]),
        ("sgd.momentum=0,1", {}, ["sgd.momentum", "'sgd'", "adam"]),
        ("dense.unit=1,2", {}, ["dense", "'unit'", "'units'"]),
        ("dense.units=1,2", {"architectures": ("dense:64", "cnn")}, ["dense.units", "'dense:64'"]),
        ("dense.units=1,2", {"architectures": ("dense:units=64",)}, ["'dense:units=64'"]),
        ("epochs=1,", {}, ["epochs", "empty"]),
        ("epochs=0.5..2", {}, ["epochs", "whole", "0.5..2", "epochs=1..2."]),
        ("epochs=1..3.0", {}, ["1.0..3.0", "epochs=1..3."]),
        ("epochs=0.5..1.5", {}, ["0.5..1.5", "whole"]),
        ("dense.units=1.5..2", {}, ["dense.units", "whole"]),
        ("dense.activation=1..2", {}, ["dense.activation", "not a number"]),
        ("optimizer=1..2", {}, ["optimizer", "not a number"]),
    ],
)
def test_what_cannot_vary_is_refused(vary: str, changes: dict[str, Any], facts: list[str]) -> None:
    with pytest.raises(ZookitError) as raised:
        space(vary, **changes)
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)


def test_a_choice_is_the_same_for_all_components_of_a_set() -> None:
    sets = ((), ("stop_at_loss", "terminate_on_nan"), ("terminate_on_nan",))
    found = space("stop_at_loss.threshold=0.1,0.2", callbacks=sets)
    threshold = found.varied[-1]
    assert isinstance(threshold, Choice)
    assert threshold.when == {"callbacks": ("stop_at_loss terminate_on_nan",)}
    place = next(each for each in found.places if each.varies == "callbacks")
    point = {"callbacks": "stop_at_loss terminate_on_nan", "stop_at_loss.threshold": "0.2"}
    assert found.words_at(place, point) == ("stop_at_loss:threshold=0.2", "terminate_on_nan")
    assert found.words_at(place, {"callbacks": ""}) == ()
