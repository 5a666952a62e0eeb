"""Names are looked up among the entries of one kind."""

import sys

import pytest
from plugin_site import MODULE, Site

from zookit.core import (
    AmbiguousName,
    ComponentSpec,
    UnknownName,
)


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
    assert "alpha/cnn, alpha/dense" in str(raised_by_owner.value)
    assert nets.get("x") is None
    with pytest.raises(UnknownName, match=r"no data set named 'x'\. None"):
        site.registry().datasets["x"]


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
