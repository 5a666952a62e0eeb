"""Entries load their component, and an import that fails affects nobody else."""

import sys

import pytest
from plugin_site import MODULE, Site

from zookit.core import (
    Architecture,
    BrokenPlugin,
)


def test_an_entry_has_the_class_its_parameters_and_its_summary(site: Site) -> None:
    site.module("nets")
    site.install("alpha", "net = nets:Net")
    entry = site.architectures["net"]
    loaded = entry.load()
    assert loaded is sys.modules["nets"].Net
    assert issubclass(loaded, Architecture)
    assert entry.load() is loaded
    assert [each.name for each in entry.parameters] == ["units", "folder"]
    assert entry.summary == "A net."


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import no_such_module", "cannot be imported: ModuleNotFoundError: No module named"),
        ("from zookit.core import Newer", "cannot be imported: ImportError: cannot import name"),
        ("def (:", "cannot be imported: SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3."),
        ("raise ZeroDivisionError('a\\nb')", "cannot be imported: ZeroDivisionError: a b."),
        ("class Outer: pass", "cannot be imported: AttributeError: module 'nets' has no"),
        ("Net = 3", "it is not a subclass of zookit.core.Architecture"),
        ("class Net: pass", "it is not a subclass of zookit.core.Architecture"),
        ("from zookit.core import Callback as Net", "is not a subclass of zookit.core.Archi"),
        ("from zookit.core import Architecture as Net", "it does not define features"),
        (MODULE.replace("def features", "def feature"), "it does not define features"),
        (
            MODULE.replace("@dataclass(frozen=True)", ""),
            "it is not decorated with @dataclass(frozen=True)",
        ),
        (MODULE.replace("(frozen=True)", ""), "Write @dataclass(frozen=True) above its class"),
        ("from zookit import Architecture", "Write from zookit.core import Architecture"),
        (
            MODULE.replace("self, images: Any", "images: Any"),
            "features(images), expected features(",
        ),
        (
            MODULE.replace("Path | None", "'NotImported'"),
            "cannot be read: NameError: name 'NotImported'",
        ),
        (
            MODULE.replace("= None", "= Path('a')"),
            "parameter 'folder' may be None, so its default must be None",
        ),
        (MODULE.replace("Path | None", "dict[str, int]"), "'folder' has the type dict[str, int]"),
        (MODULE.replace("(8,)", '"8"'), "'units' has the default '8', which is not of its type"),
        (MODULE.replace("(8,)", "(8, True)"), "'units' has the default (8, True), which"),
        (MODULE.replace("Path | None", "object"), "'folder' has the type object; it must be"),
    ],
)
def test_a_broken_plugin_does_not_affect_others(site: Site, source: str, complaint: str) -> None:
    site.module("nets", source)
    site.install("alpha", "net = nets:Net")
    site.module("good_nets")
    site.install("beta", "good = good_nets:Net")
    nets = site.architectures
    assert list(nets) == ["good", "net"]
    for _ in range(2):
        with pytest.raises(BrokenPlugin) as raised:
            nets["net"].load()
        message = str(raised.value)
        assert message.startswith("architecture 'net' of alpha==1.0 (nets:Net) ")
        assert complaint in message
        assert len(message.splitlines()) == 1
    with pytest.raises(BrokenPlugin):
        nets.build("net")
    assert nets.build("good").owner == "beta==1.0"


def test_a_failed_import_has_its_cause(site: Site) -> None:
    site.module("nets", "import no_such_module")
    site.install("alpha", "net = nets:Net")
    with pytest.raises(BrokenPlugin) as raised:
        site.architectures["net"].load()
    assert isinstance(raised.value.__cause__, ModuleNotFoundError)


def test_ctrl_c_during_an_import_is_not_an_error_of_the_plugin(site: Site) -> None:
    site.module("nets", "raise KeyboardInterrupt")
    site.install("alpha", "net = nets:Net")
    with pytest.raises(KeyboardInterrupt):
        site.architectures["net"].load()
