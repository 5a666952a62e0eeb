"""Which plugins a name means."""

from pathlib import Path

import pytest
from conftest import Command
from made_plugins import make_distribution

from zookit.core import BrokenPlugin
from zookit.registry import Registry
from zookit.testing import NotApplicable, targets


def test_a_distribution_means_all_its_plugins() -> None:
    names = {(each.entry.kind.plural, each.words.name) for each in targets("zookit")}
    assert {("datasets", "mnist"), ("architectures", "dense"), ("listeners", "mlflow")} <= names


def test_words_mean_one_plugin_with_parameters() -> None:
    (target,) = targets("dense:units=8")
    assert str(target) == "architecture dense:units=8"
    assert target.component.units == (8,)
    assert target.component is target.component
    assert target.build().spec.parameters["units"] == [8]


def test_a_required_parameter_that_is_missing_makes_checks_inapplicable() -> None:
    (target,) = targets("image_folder")
    assert target.needs_parameters
    with pytest.raises(NotApplicable, match="image_folder:NAME=VALUE"):
        target.build()


def test_a_distribution_whose_metadata_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_distribution(tmp_path, "my-garbled", {"zookit.architectures": "nonsense"})
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BrokenPlugin, match=r"entry_points\.txt"):
        targets("my_garbled", registry=Registry())


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("nothing", ["'nothing'", "zookit list"]),
        ("zookit-strips", ["'zookit-strips'"]),
        ("zookti", ["Did you mean 'zookit'?"]),
        ("dnese", ["Did you mean 'dense'?"]),
        ("dense:unit=3", ["'unit'"]),
        ("Dense", ["Did you mean 'dense'?"]),
        ("dense:units", ["'units'"]),
    ],
)
def test_a_name_that_means_nothing(zookit: Command, name: str, facts: list[str]) -> None:
    message = zookit("check", name).message()
    assert all(fact in message for fact in facts), message
