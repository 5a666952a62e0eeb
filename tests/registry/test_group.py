"""Names are looked up among the entries of one kind."""

import sys

import pytest
from plugin_site import MODULE, Site

from zookit.core import (
    AmbiguousName,
    ComponentSpec,
    UnknownName,
)
from zookit.core.old_names import former_names_of


def test_an_unknown_name_lists_the_installed_ones(site: Site) -> None:
    site.install("alpha", "dense = nets:Net\ncnn = nets:Net")
    nets = site.architectures
    with pytest.raises(KeyError) as raised:
        nets["dnese"]
    assert isinstance(raised.value, UnknownName)
    assert str(raised.value).startswith("no architecture named 'dnese'. Did you mean 'dense'?")
    assert "cnn, dense" in str(raised.value)
    with pytest.raises(UnknownName) as raised_by_owner:
        nets["alhpa/dense"]
    assert "Did you mean 'alpha/dense'?" in str(raised_by_owner.value)
    assert "pip install alhpa" in str(raised_by_owner.value)
    with pytest.raises(UnknownName) as not_installed:
        nets["alpine/deep"]
    assert "pip install alpine" in str(not_installed.value)
    assert "Did you mean" not in str(not_installed.value)
    with pytest.raises(UnknownName, match="Installed: alpha/cnn, alpha/dense"):
        nets["alpha/other"]
    assert nets.get("x") is None
    with pytest.raises(UnknownName, match=r"no data set named 'x'\. None"):
        site.registry().datasets["x"]


def test_a_list_of_many_names_is_not_in_an_error(site: Site) -> None:
    site.install("alpha", "\n".join(f"net_{at} = nets:Net" for at in range(99)))
    with pytest.raises(UnknownName) as raised:
        site.architectures["mine"]
    assert "99" in str(raised.value)
    assert "zookit.registry.architectures" in str(raised.value)
    assert "net_1" not in str(raised.value)


def test_an_unknown_name_mentions_the_distributions_that_cannot_be_read(site: Site) -> None:
    site.install("alpha", "dense = nets:Net")
    site.install("broken", "nonsense")
    with pytest.raises(UnknownName, match=r"Reinstall .*broken-1\.0\.dist-info: .*malformed"):
        site.architectures["mine"]


def test_a_name_of_two_distributions_needs_its_full_name(site: Site) -> None:
    site.module("nets", MODULE + "\n    class Other(Net): pass\n")
    site.install("My.Zoo_2", "net = nets:Net\nown = nets:Net", version="3", folder="a.dist-info")
    site.install("beta", "net = nets:Other")
    nets = site.architectures
    assert list(nets) == ["own"]
    assert list(nets.items()) == [("own", nets["own"])]
    assert "net" not in nets
    assert "beta/net" in nets
    assert len(nets.entries()) == 3
    assert nets.is_ambiguous("net")
    assert not nets.is_ambiguous("own")
    assert not nets.is_ambiguous("missing")
    with pytest.raises(AmbiguousName) as raised:
        nets.build("net:units=4")
    message = str(raised.value)
    assert "'net' is ambiguous: My.Zoo_2==3 and beta==1.0" in message
    assert message.endswith("Write My.Zoo_2/net or beta/net.")
    for spelling in ("My.Zoo_2/net", "my-zoo-2/net", "MY_ZOO.2/net", "my.-zoo__2/net"):
        assert spelling in nets
        assert nets[spelling].owner == "My.Zoo_2==3"
        built = nets.build(f"{spelling}:units=4")
        assert type(built.component) is sys.modules["nets"].Net
        assert built.spec == ComponentSpec("My.Zoo_2/net", {"units": [4]})
        assert built.owner == "My.Zoo_2==3"
    assert nets["beta/net"].owner == "beta==1.0"
    assert "beta/Net" not in nets


def test_a_distribution_may_declare_a_name_twice(site: Site) -> None:
    site.install("alpha", "net = nets:Net\nnet = nets:Other")
    site.install("beta", "net = nets:Net")
    nets = site.architectures
    with pytest.raises(AmbiguousName) as raised:
        nets["net"]
    assert str(raised.value).endswith("Write alpha/net or beta/net.")
    with pytest.raises(AmbiguousName, match=r"alpha==1\.0 declares .*'alpha/net' twice"):
        nets["alpha/net"]


def test_a_bad_component_does_not_affect_others_of_its_distribution(site: Site) -> None:
    site.install("alpha", "Bad = nets:Net\nalso_bad = nets\ngood = nets:Net")
    assert list(site.architectures) == ["good"]
    assert len(site.architectures.problems) == 2


RENAMED = """
    from dataclasses import dataclass
    from typing import Any, ClassVar
    from zookit.core import Architecture

    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net.'''

        renamed: ClassVar[dict[str, str]] = {"units": "width"}
        formerly: ClassVar[tuple[str, ...]] = ("alpha", "older")
        width: int = 8

        def features(self, images: Any) -> Any:
            return images

    @dataclass(frozen=True)
    class Deeper(Net):
        '''Its names are its own.'''
"""


@pytest.fixture
def renamed(site: Site) -> Site:
    """A distribution whose architecture `beta` was called `alpha`, and before that `older`."""
    site.module("renamed_nets", RENAMED)
    names = ("alpha", "beta", "older")
    lines = [*(f"{name} = renamed_nets:Net" for name in names), "deeper = renamed_nets:Deeper"]
    site.install("zookit-a", "\n".join(lines), version="2.0")
    return site


def test_an_old_name_is_a_key_for_the_new_one(renamed: Site) -> None:
    nets = renamed.architectures
    assert list(nets) == [entry.name for entry in nets.entries()] == ["beta", "deeper"]
    assert nets["alpha"] is nets["zookit-a/older"] is nets["beta"]
    assert "alpha" in nets
    assert nets.former() == {"alpha": nets["beta"], "older": nets["beta"]}
    assert "renamed_nets" not in sys.modules


def test_a_component_of_an_old_name_has_the_new_one(renamed: Site) -> None:
    nets = renamed.architectures
    by_words = nets.build("alpha:units=4")
    by_spec = nets.build(ComponentSpec("zookit-a/alpha", {"units": 4}))
    assert by_words.spec == by_spec.spec == ComponentSpec("zookit-a/beta", {"width": 4})
    assert by_words.owner == "zookit-a==2.0"
    assert by_words.old_names == by_spec.old_names
    assert by_words.old_names == (
        "'alpha' is now called 'beta'",
        "'units' of beta is now called 'width'",
    )
    assert nets.build("beta:width=4").old_names == ()
    assert nets.build(by_words.component).spec.name == "zookit-a/beta"


def test_a_subclass_has_no_old_names_of_its_own(renamed: Site) -> None:
    deeper = renamed.architectures.build("deeper:units=4")
    assert deeper.spec.name == "zookit-a/deeper"
    assert former_names_of(type(deeper.component)) == ()


@pytest.mark.parametrize("typed", ["alhpa:4", "alhpa:units=4", "beat:width=4"])
def test_a_name_like_an_old_one_is_corrected_to_the_new_one(renamed: Site, typed: str) -> None:
    with pytest.raises(UnknownName) as raised:
        renamed.architectures.build(typed)
    assert raised.value.correction is not None
    assert raised.value.correction.instead in ("beta:4", "beta:width=4", "beta:units=4")
    with pytest.raises(UnknownName, match="Did you mean 'beta'"):
        renamed.architectures[typed.partition(":")[0]]


@pytest.mark.parametrize("blocked", ["beta", "zookit-a/beta", "zookit-a", "alpha"])
def test_blocking_any_name_blocks_all_names(
    renamed: Site, monkeypatch: pytest.MonkeyPatch, blocked: str
) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", blocked)
    nets = renamed.architectures
    assert nets.former() == {}
    for name in ("alpha", "beta"):
        assert name not in nets
        with pytest.raises(UnknownName, match="blocked"):
            nets.build(name)


def test_an_old_name_of_one_distribution_and_a_name_of_another_are_ambiguous(
    renamed: Site,
) -> None:
    renamed.install("other", "alpha = renamed_nets:Deeper")
    with pytest.raises(AmbiguousName, match=r"Write other/alpha or zookit-a/beta"):
        renamed.architectures["alpha"]
    assert renamed.architectures["zookit-a/alpha"].name == "beta"
    assert renamed.architectures["other/alpha"].name == "alpha"
    assert list(renamed.architectures.former()) == ["zookit-a/alpha", "older"]


def test_two_names_without_formerly_are_two_names(site: Site) -> None:
    site.module("nets", MODULE)
    site.install("zookit-a", "alpha = nets:Net\nbeta = nets:Net")
    assert list(site.architectures) == ["alpha", "beta"]
    assert site.architectures.former() == {}
