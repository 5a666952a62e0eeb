"""Components are found in distributions, and a broken distribution does not affect others."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import dedent

import pytest

import zookit.registry
from zookit.core import (
    AmbiguousName,
    Architecture,
    BadParameter,
    BadWords,
    BrokenPlugin,
    Component,
    ComponentSpec,
    UnknownName,
    Words,
)
from zookit.core.words import is_name
from zookit.plugins.architectures.dense import Dense
from zookit.plugins.callbacks.stop_at_loss import StopAtLoss
from zookit.registry import Built, Entry, Problem, Registry

MODULE = """
    from dataclasses import dataclass
    from pathlib import Path
    from typing import Annotated, Any
    from annotated_types import Gt
    from zookit.core import Architecture

    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net.

        More of it.
        '''

        units: tuple[Annotated[int, Gt(0)], ...] = (8,)
        folder: Path | None = None

        def features(self, images: Any) -> Any:
            return images
"""


class Site:
    """A folder of installed distributions."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def module(self, name: str, source: str = MODULE) -> None:
        """An importable module."""
        (self.path / f"{name}.py").write_text(dedent(source))
        importlib.invalidate_caches()

    def install(
        self,
        name: str,
        components: str,
        *,
        group: str = "zookit.architectures",
        version: str = "1.0",
        metadata: bytes | None = None,
        folder: str | None = None,
    ) -> None:
        """Write the metadata of a distribution; `components` are lines of entry points."""
        info = self.path / (folder or f"{name.replace('-', '_')}-{version}.dist-info")
        info.mkdir(parents=True)
        if metadata is None:
            metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.".encode()
        (info / "METADATA").write_bytes(metadata)
        (info / "entry_points.txt").write_text(f"[{group}]\n{components}\n")

    def registry(self) -> Registry:
        """A registry of this folder."""
        return Registry(path=[str(self.path)])

    @property
    def architectures(self) -> "zookit.registry.Components[Architecture]":
        """The architectures in this folder."""
        return self.registry().architectures


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A folder on the import path. Modules imported from it are removed after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


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
    assert [group.kind.plural for group in registry.groups()] == [
        "datasets",
        "architectures",
        "callbacks",
        "listeners",
        "commands",
    ]
    assert all(not group.problems for group in registry.groups())
    assert "alpha_nets" not in sys.modules


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


def test_a_registry_searches_once(site: Site) -> None:
    site.install("alpha", "net = nets:Net")
    first = site.registry()
    assert list(first.architectures) == ["net"]
    site.install("beta", "other = nets:Net")
    assert list(first.architectures) == ["net"]
    assert list(site.architectures) == ["net", "other"]


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


@pytest.mark.parametrize("again", ["alpha", "Alpha", "al-pha"])
def test_a_distribution_that_is_found_twice_counts_once(
    site: Site, tmp_path: Path, again: str
) -> None:
    name = "al.pha" if "-" in again else "alpha"
    site.install(name, "net = nets:Net", version="2.0")
    behind = Site(tmp_path / "behind")
    behind.install(again, "net = nets:Net\nold = nets:Net", version="1.0")
    registry = Registry(path=[str(site.path), str(behind.path)])
    assert [entry.owner for entry in registry.architectures.entries()] == [f"{name}==2.0"]


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
        (MODULE.replace("(frozen=True)", ""), "cannot inherit non-frozen dataclass from a frozen"),
        (
            MODULE.replace("Path | None", "'NotImported'"),
            "cannot be read: NameError: name 'NotImported'",
        ),
        (
            MODULE.replace("= None", "= Path('a')"),
            "parameter 'folder' may be None, so its default must be None",
        ),
        (MODULE.replace("Path | None", "dict[str, int]"), "'folder' has the type dict[str, int]"),
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


HEAD = b"Metadata-Version: 2.1\nName: alpha\nVersion: 1\n"


@pytest.mark.parametrize(
    ("components", "metadata", "problem"),
    [
        (
            "nonsense",
            None,
            Problem("alpha-1.0.dist-info", "its entry_points.txt is malformed"),
        ),
        (
            "net = nets:Net",
            b"",
            Problem("alpha-1.0.dist-info", "its METADATA file is missing"),
        ),
        (
            "net = nets:Net",
            b"Metadata-Version: 2.1\nVersion: 1\n\nName: alpha\n",
            Problem("alpha-1.0.dist-info", "its METADATA has no name or version"),
        ),
        (
            "net = nets:Net",
            b"Name: alpha\nVersion:\n",
            Problem("alpha-1.0.dist-info", "its METADATA has no name or version"),
        ),
        (
            "net = nets:Net",
            b"Name: al/ pha\nVersion: 1\n",
            Problem("alpha-1.0.dist-info", "the name in its METADATA is not valid: 'al/ pha'"),
        ),
        (
            "Net = nets:Net",
            HEAD,
            Problem(
                "alpha==1",
                "the name 'Net' in 'zookit.architectures' must consist of lower-case letters, "
                "digits and _, and start with a letter",
            ),
        ),
        (
            "beta/net = nets:Net",
            HEAD,
            Problem(
                "alpha==1",
                "the name 'beta/net' in 'zookit.architectures' must consist of lower-case "
                "letters, digits and _, and start with a letter",
            ),
        ),
        *(
            (
                f"net = {value}",
                HEAD,
                Problem(
                    "alpha==1",
                    f"net = {value!r} in 'zookit.architectures' must be module:Class",
                ),
            )
            for value in ("nets", "nets.Net", "nets:", ":Net", "ne-ts:Net", "nets:Net [gpu]", "")
        ),
    ],
)
def test_bad_metadata_is_a_problem_and_does_not_affect_others(
    site: Site, components: str, metadata: bytes | None, problem: Problem
) -> None:
    site.install("alpha", components, metadata=metadata)
    site.install("beta", "good = nets:Net")
    nets = site.architectures
    assert nets.problems == [problem]
    assert list(nets) == ["good"]


def test_metadata_that_is_not_utf8_is_a_problem(site: Site) -> None:
    site.install("alpha", "a = nets:Net", metadata=HEAD + b"Author: J\xf6rg\n")
    site.install("beta", "b = nets:Net")
    (site.path / "beta-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe")
    site.install("gamma", "c = nets:Net")
    nets = site.architectures
    assert list(nets) == ["c"]
    assert sorted(problem.distribution for problem in nets.problems) == [
        "alpha-1.0.dist-info",
        "beta-1.0.dist-info",
    ]
    assert all("utf-8" in problem.reason for problem in nets.problems)


def test_metadata_may_be_missing_altogether(site: Site) -> None:
    site.install("alpha", "a = nets:Net")
    (site.path / "alpha-1.0.dist-info" / "METADATA").unlink()
    site.install("beta", "b = nets:Net")
    (site.path / "beta-1.0.dist-info" / "entry_points.txt").unlink()
    (site.path / "gamma-1.0.dist-info").write_text("not a folder")
    nets = site.architectures
    assert list(nets) == []
    assert nets.problems == [Problem("alpha-1.0.dist-info", "its METADATA file is missing")]


def test_a_bad_component_does_not_affect_others_of_its_distribution(site: Site) -> None:
    site.install("alpha", "Bad = nets:Net\nalso_bad = nets\ngood = nets:Net")
    assert list(site.architectures) == ["good"]
    assert len(site.architectures.problems) == 2


def test_a_description_is_not_read_as_header(site: Site) -> None:
    metadata = b"Metadata-Version: 2.1\r\nname: alpha\r\nVERSION: 1.5\r\n\r\nName: beta\r\n"
    site.install("x", "net = nets:Net", metadata=metadata)
    assert site.architectures["net"].owner == "alpha==1.5"


@pytest.fixture
def nets(site: Site) -> "zookit.registry.Components[Architecture]":
    """A group with one architecture that works."""
    site.module("nets")
    site.install("alpha", "net = nets:Net")
    return site.architectures


@pytest.mark.parametrize(
    "given",
    [
        "net:units=4+5",
        "net:4+5",
        "alpha/net:4+5",
        Words("net", ((None, "4+5"),)),
        ComponentSpec("net", {"units": [4, 5]}),
        ComponentSpec("Alpha/net", {"units": (4, "5")}),
    ],
)
def test_builds_from_words_or_a_chosen_name(
    nets: "zookit.registry.Components[Architecture]", given: str | Words | ComponentSpec
) -> None:
    built = nets.build(given)
    assert built.component == sys.modules["nets"].Net((4, 5))
    assert built.spec == ComponentSpec("alpha/net", {"units": [4, 5]})
    assert built.owner == "alpha==1.0"


def test_the_spec_has_every_parameter(nets: "zookit.registry.Components[Architecture]") -> None:
    assert nets.build("net").spec == ComponentSpec("alpha/net", {"units": [8]})


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("net:unit=4", BadParameter, "net: no parameter 'unit'. Did you mean 'units'?"),
        ("alpha/net:0", BadParameter, "alpha/net: units must be greater than 0, got 0"),
        (
            ComponentSpec("alpha/net", {"units": ["x"]}),
            BadParameter,
            "net: units must be a whole number, got ['x']",
        ),
        (ComponentSpec("net", {3: 4}), BadParameter, "net: no parameter 3."),  # type: ignore[dict-item]
        ("net:", BadWords, "expected a value"),
        ("nett", UnknownName, "no architecture named 'nett'. Did you mean 'net'?"),
        (ComponentSpec("beta/net"), UnknownName, "no architecture named 'beta/net'."),
        (
            StopAtLoss(),
            UnknownName,
            "StopAtLoss is not an architecture. Expected a zookit.core.",
        ),
        (Dense, BadWords, "got <class 'zookit.plugins.architectures.dense.Dense'>"),
        (None, BadWords, "instance of zookit.core.Architecture; got None"),
        (["net"], BadWords, "got ['net']"),
    ],
)
def test_a_component_that_cannot_be_built_is_refused(
    nets: "zookit.registry.Components[Architecture]",
    given: str,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error) as raised:
        nets.build(given)
    assert message in str(raised.value)


@pytest.mark.parametrize("value", ["nets:Net", "nets:Outer.Inner", "front:Net"])
def test_an_instance_of_an_installed_class_has_its_owner(site: Site, value: str) -> None:
    site.module("nets", f"{MODULE}\n    class Outer:\n        Inner = Net\n")
    site.module("front", "from nets import Net")
    site.install("alpha", f"net = {value}")
    nets = site.architectures
    net = nets["net"].load()
    built = nets.build(net(units=[3]))  # type: ignore[call-arg]
    assert built.component == net(units=(3,))  # type: ignore[call-arg]
    assert built.spec == ComponentSpec("alpha/net", {"units": [3]})
    assert built.owner == "alpha==1.0"


def test_finding_the_owner_of_an_instance_imports_nothing(site: Site) -> None:
    site.module("nets", "raise RuntimeError('imported')")
    site.install("alpha", "net = nets:Net\ndeep = nets.sub:Net")
    built = site.architectures.build(Dense(units=(3,)))
    assert built.spec.name == "zookit.plugins.architectures.dense:Dense"
    assert built.owner is None
    assert "nets" not in sys.modules


@dataclass(frozen=True)
class Mine(Architecture):
    """Not registered."""

    units: int = 3

    def features(self, images: object) -> object:
        return images


class Undecorated(Mine):
    """Not a dataclass, so `more` is not a parameter."""

    more: int = 3


@dataclass(frozen=True)
class Misdeclared(Mine):
    """Has a parameter of a type that words cannot express."""

    table: Mapping[str, int] | None = None


def test_an_unregistered_instance_is_named_by_its_class(site: Site) -> None:
    built = site.architectures.build(Mine(units="4"))  # type: ignore[arg-type]
    assert built == Built(Mine(4), ComponentSpec(f"{__name__}:Mine", {"units": 4}), None)
    assert not built.spec.registered


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        (Mine("x"), "Mine: units must be a whole number, got 'x'."),  # type: ignore[arg-type]
        (Undecorated(), "Undecorated cannot be used: it is not decorated with @dataclass(frozen"),
        (Misdeclared(), "Misdeclared cannot be used: parameter 'table' has the type "),
    ],
)
def test_an_unregistered_instance_is_checked(
    site: Site, instance: Architecture, message: str
) -> None:
    with pytest.raises(BadParameter) as raised:
        site.architectures.build(instance)
    assert str(raised.value).startswith(message)


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
    assert "dense" in zookit.registry._repr_html_()  # type: ignore[attr-defined]


INSTALLED = [entry for group in zookit.registry.default.groups() for entry in group.entries()]


def test_the_default_registry_has_the_built_in_components() -> None:
    full_names = {entry.full_name for entry in INSTALLED}
    assert {"zookit/mnist", "zookit/dense", "zookit/stop_at_loss"} <= full_names
    assert zookit.registry.datasets is zookit.registry.default.datasets
    assert zookit.registry.architectures["dense"].load() is Dense
    assert zookit.registry.callbacks["stop_at_loss"].owner == f"zookit=={version('zookit')}"


@pytest.mark.parametrize("entry", INSTALLED, ids=lambda entry: entry.full_name)
def test_every_installed_component_keeps_the_contract(entry: Entry[Component]) -> None:
    """In addition to tests/plugins/test_contract.py."""
    assert entry.names(entry.load())
    assert is_name(entry.name)
    for parameter in entry.parameters:
        assert parameter.meaning.endswith("."), parameter.name
