"""Docstrings of plugins, without importing them."""

import os
import sys
from pathlib import Path

import pytest

from zookit.registry import default
from zookit.registry.source import constant_of, declares, docstring_of, source_of

MODULE = '''
raise RuntimeError("imported")

class Plain(Base):
    """Plain. Second sentence."""

class Several(
    Base,
    other=True,
):
    r"""Several lines
    in one paragraph.

    More.
    """

class Undocumented(Base):
    pass

class Next(Base):
    """Next."""

    units: int = 3

def function(name: str = "x:y") -> None:
    """A function."""
'''


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose import fails."""
    folder = tmp_path / "never_imported" / "inner"
    folder.mkdir(parents=True)
    for each in (folder.parent, folder):
        (each / "__init__.py").write_text("raise RuntimeError")
    (folder / "nets.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("Plain", "Plain. Second"),
        ("Several", "Several lines\n"),
        ("Undocumented", ""),
        ("Next", "Next."),
        ("function", "A function."),
        ("Missing", ""),
        ("Plain.Inner", ""),
    ],
)
def test_the_docstring_is_read_from_the_source(name: str, begin: str) -> None:
    docstring = docstring_of(f"never_imported.inner.nets:{name}")
    assert docstring.startswith(begin)
    assert bool(docstring) == bool(begin)
    assert "never_imported" not in sys.modules


@pytest.mark.parametrize("module", ["no_such_package.module", "sys", "math", "zookit..x", ""])
def test_what_has_no_source_has_no_docstring(module: str) -> None:
    assert docstring_of(f"{module}:Name") == ""


def test_odd_files_are_no_source(package: Path) -> None:
    os.mkfifo(package / "fifo.py")
    (package / "binary.py").write_bytes(b"\xff\xfe\0")
    (package / "broken.py").write_text('class Net(:\n    """never ends')
    with (package / "large.py").open("wb") as file:
        file.truncate(10_000_000_000)
    for name in ("fifo", "binary", "large"):
        assert source_of(f"never_imported.inner.{name}") == ""
    assert docstring_of("never_imported.inner.broken:Net") == ""


def test_every_built_in_component_has_a_summary_of_one_sentence() -> None:
    for group in default.groups():
        for entry in group.entries():
            assert entry.summary.endswith(".")
            assert len(entry.summary) < 100


def test_a_constant_of_a_class_is_read_without_importing_it(package: Path) -> None:
    lines: dict[str, object] = {
        'formerly = ("alpha", "older")': ("alpha", "older"),
        'formerly: ClassVar[tuple[str, ...]] = ("alpha",)': ("alpha",),
        "formerly: ClassVar[tuple[str, ...]]": None,
        "formerly = NAMES": None,
        "formerly = 1 / 0": None,
        "other = formerly = (1,)": None,
        "pass": None,
    }
    classes = [f"class Net{at}(Base):\n    {line}\n" for at, line in enumerate(lines)]
    (package.parents[1] / "with_constants.py").write_text("\n".join(["formerly = 3", *classes]))
    module = "with_constants"
    found = [constant_of(f"{module}:Net{at}", "formerly") for at in range(len(lines))]
    assert found == list(lines.values())
    assert constant_of(f"{module}:Missing", "formerly") is None
    assert constant_of("nowhere:Net", "formerly") is None
    assert module not in sys.modules


def test_the_parameters_that_a_class_declares_are_found() -> None:
    assert declares("never_imported.inner.nets", "units")
    for other in ("unit", "name", "Next", ""):
        assert not declares("never_imported.inner.nets", other)


def test_what_was_not_found_is_searched_on_a_changed_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert docstring_of("comes_later:Net") == ""
    (tmp_path / "comes_later.py").write_text(
        'class Other: ...\nclass Net(Other):\n    """A net."""\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert docstring_of("comes_later:Net") == "A net."
