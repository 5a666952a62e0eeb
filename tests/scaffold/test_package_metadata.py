"""The names, versions, licences and descriptions that a model package can have."""

from pathlib import Path
from typing import Any

import pytest
from model_site import ModelSite, models

from zookit.core import BadParameter
from zookit.scaffold.package_metadata import PackageMetadata

__all__ = ["models"]


def metadata(**given: Any) -> PackageMetadata:
    usual = {"name": "my-shades", "version": "0.1.0", "license": "MIT", "description": "Shades."}
    return PackageMetadata(**{**usual, **given})


def test_metadata_is_canonical() -> None:
    made = metadata(version="v1.0-1", license="mit or apache-2.0", description=" Two shades. ")
    assert made.version == "1.0.post1"
    assert made.license == "MIT OR Apache-2.0"
    assert made.description == "Two shades."
    assert made.model == "my_shades"


@pytest.mark.parametrize(
    ("name", "near"),
    [("My Shades", "my-shades"), ("my_shades", "my-shades"), ("a/b", "a-b"), ("shades-", "shades")],
)
def test_a_misspelt_name_is_corrected(name: str, near: str) -> None:
    with pytest.raises(BadParameter, match=f"Did you mean '{near}'"):
        metadata(name=name)


@pytest.mark.parametrize("name", ["", "2-fast", "é", "..", "a" * 101, "a\nb"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadParameter, match="begin with a letter"):
        metadata(name=name)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("zookit", "reserved name"),
        ("latest", "reserved name"),
        ("json", "standard library"),
        ("mnist", "data set of zookit"),
        ("numpy", "installed package"),
        ("absl", "installed package or module"),
    ],
)
def test_a_name_that_is_taken_is_refused(name: str, what: str) -> None:
    with pytest.raises(BadParameter, match=what) as caught:
        metadata(name=name)
    assert f"my-{name}" in str(caught.value)


def test_a_folder_beside_the_script_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    Path("shades").mkdir()
    assert metadata(name="shades").model == "shades"


def test_an_installed_model_keeps_its_name_for_its_own_package(
    models: ModelSite, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    models.install(tmp_path / "run", "my-shades", "my_shades")
    assert metadata(version="0.2.0").model == "my_shades"
    models.install(tmp_path / "run", "other", "your_shades")
    with pytest.raises(BadParameter, match="a model of other=="):
        metadata(name="your-shades")


@pytest.mark.parametrize("given", [None, 3, b"MIT"])
def test_metadata_is_text(given: Any) -> None:
    with pytest.raises(BadParameter, match="license must be text"):
        metadata(license=given)


@pytest.mark.parametrize("version", ["", "latest", "1.0+local", "1.0 beta 2 x"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(BadParameter, match=r"--version|version="):
        metadata(version=version)


@pytest.mark.parametrize("expression", ["", "free", "MIT and", "MIT, Apache-2.0"])
def test_other_licences_are_refused(expression: str) -> None:
    with pytest.raises(BadParameter, match="SPDX"):
        metadata(license=expression)


@pytest.mark.parametrize("description", ["", "two\nlines", "x" * 301, "\x1b[31mred"])
def test_other_descriptions_are_refused(description: str) -> None:
    with pytest.raises(BadParameter, match="description"):
        metadata(description=description)
