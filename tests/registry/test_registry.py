"""The registry lists what is installed, and searches once."""

import sys
from importlib.metadata import version
from typing import Any

import pytest
from plugin_site import Site

import zookit.registry
from zookit.core import (
    Component,
)
from zookit.core.words import is_name
from zookit.plugins.architectures.dense import Dense
from zookit.registry import Entry, Registry


def test_lists_what_is_installed_without_importing_it(site: Site) -> None:
    site.module("alpha_nets", "raise RuntimeError('imported')")
    site.install("alpha-nets", "wide = alpha_nets:Net\nbig_1 = alpha_nets.sub:Outer.Net")
    site.install("beta", "here = beta.data:Data", group="zookit.datasets", version="2!1.0+x")
    site.install("gamma", "tool = gamma:main", group="console_scripts")
    registry = site.registry()
    nets = registry.architectures
    assert list(nets) == ["big_1", "wide"]
    assert len(nets) == 2
    assert "wide" in nets
    assert "alpha-nets/wide" in nets
    assert "here" not in nets
    assert 3 not in nets  # type: ignore[comparison-overlap]
    entry = nets["wide"]
    assert entry.name == "wide"
    assert entry.full_name == "alpha-nets/wide"
    assert entry.owner == "alpha-nets==1.0"
    assert entry.value == "alpha_nets:Net"
    assert [each.full_name for each in nets.entries()] == ["alpha-nets/big_1", "alpha-nets/wide"]
    assert registry.datasets["here"].owner == "beta==2!1.0+x"
    assert len(registry.callbacks) == 0
    assert [group.kind for group in registry.groups()] == list(Registry.kinds())
    assert all(not group.problems for group in registry.groups())
    assert "alpha_nets" not in sys.modules


def test_a_registry_searches_once(site: Site) -> None:
    site.install("alpha", "net = nets:Net")
    first = site.registry()
    assert list(first.architectures) == ["net"]
    site.install("beta", "other = nets:Net")
    assert list(first.architectures) == ["net"]
    assert list(site.architectures) == ["net", "other"]


def test_registry_kinds_and_entries_show_names_without_importing(site: Site) -> None:
    site.install("alpha", "net = nets:Net\nown = nets:Net")
    site.install("beta", "net = nets:Net")
    registry = site.registry()
    assert "alpha/net, beta/net, own" in repr(registry)
    assert repr(registry.architectures) == "<architectures: alpha/net, beta/net, own>"
    assert repr(registry.datasets) == "<datasets: none>"
    entry = registry.architectures["own"]
    assert repr(entry) == "<architecture own of alpha==1.0 (nets:Net)>"
    for shown in (registry, registry.architectures, entry):
        assert "own" in shown._repr_html_()
    assert "nets" not in sys.modules


def test_the_module_shows_the_default_registry() -> None:
    assert repr(zookit.registry) == repr(zookit.registry.default)
    module: Any = zookit.registry
    assert "dense" in module._repr_html_()


INSTALLED = [entry for group in zookit.registry.default.groups() for entry in group.entries()]


def test_the_default_registry_has_the_built_in_components() -> None:
    full_names = {entry.full_name for entry in INSTALLED}
    assert {"zookit/mnist", "zookit/dense", "zookit/stop_at_loss"} <= full_names
    assert zookit.registry.datasets is zookit.registry.default.datasets
    assert zookit.registry.architectures["dense"].load() is Dense
    assert zookit.registry.callbacks["stop_at_loss"].owner == f"zookit=={version('zookit')}"


@pytest.mark.parametrize(
    "entry",
    [each for each in INSTALLED if not each.kind.is_data],
    ids=lambda entry: entry.full_name,
)
def test_every_installed_component_keeps_the_contract(entry: Entry[Component]) -> None:
    """In addition to tests/plugins/test_contract.py."""
    assert entry.names(entry.load())
    assert is_name(entry.name)
    for parameter in entry.parameters:
        assert parameter.meaning.endswith("."), parameter.name
