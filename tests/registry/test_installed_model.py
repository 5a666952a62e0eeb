"""A model's folder is found through RECORD, checked against it, and never imported."""

import gc
import json
import os
import sys
import warnings
import zipfile
from importlib.metadata import MetadataPathFinder
from pathlib import Path

import pytest
from made_models import make_metadata, recorded_hash
from model_site import ModelSite, forget, models

from zookit.core import AmbiguousName, BrokenPlugin, UnknownName
from zookit.registry import default
from zookit.registry.installed_model import InstalledModel, installed_model

__all__ = ["models"]

INFO = "zookit_tiny-1.0.dist-info"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder with two files, and one in a folder of it."""
    folder = tmp_path / "run"
    (folder / "inputs").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "inputs/c.txt"):
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def tiny(models: ModelSite, run: Path) -> Path:
    """The folder of a model that is installed."""
    return models.install(run)


def opened(name: str = "tiny") -> InstalledModel:
    return installed_model(default.models[name])


def complaint(*names: str) -> str:
    with pytest.raises(BrokenPlugin) as raised:
        opened().check(*names)
    return str(raised.value)


def test_a_model_has_a_folder_and_the_hashes_of_its_files(tiny: Path) -> None:
    model = opened()
    assert (model.name, model.full_name) == ("tiny", "zookit-tiny/tiny")
    assert (model.owner, model.folder) == ("zookit-tiny==1.0", tiny)
    assert set(model.hashes or ()) == {"a.txt", "b.txt", "inputs/c.txt", "card.md"}
    assert model.has("a.txt")
    assert not model.has("d.txt")
    model.check_all()
    assert model.entry.summary == "A model of zookit-tiny."


def test_nothing_of_it_is_imported(models: ModelSite, run: Path) -> None:
    (run / "__init__.py").write_text("raise SystemExit('imported')")
    models.install(run)
    opened().check_all()
    assert "zookit_tiny" not in sys.modules
    with pytest.raises(BrokenPlugin, match="is data"):
        default.models["tiny"].load()


def test_a_changed_or_missing_file_is_named(tiny: Path) -> None:
    (tiny / "a.txt").write_text("other")
    (tiny / "b.txt").unlink()
    for name, reason in (("a.txt", "has been changed"), ("b.txt", "is missing")):
        found = complaint(name)
        for each in (name, reason, "zookit-tiny==1.0", "pip install --force-reinstall"):
            assert each in found
    opened().check("inputs/c.txt")  # only what is used is checked


def test_what_was_installed_from_a_file_is_reinstalled_from_it(
    models: ModelSite, tiny: Path
) -> None:
    origin = {"url": "file:///home/me/my%20wheels/tiny.whl", "archive_info": {}}
    (models.path / INFO / "direct_url.json").write_text(json.dumps(origin))
    (tiny / "a.txt").write_text("other")
    command = "pip install --force-reinstall --no-deps file:///home/me/my%20wheels/tiny.whl"
    assert command in complaint("a.txt")


def test_a_file_that_record_does_not_list_is_refused(tiny: Path) -> None:
    (tiny / "new.txt").write_text("new")
    assert not opened().has("new.txt")
    assert "RECORD does not list new.txt" in complaint("new.txt")


def test_what_is_no_regular_file_is_neither_read_nor_waited_for(tiny: Path) -> None:
    (tiny / "a.txt").unlink()
    os.mkfifo(tiny / "a.txt")
    assert "not a regular file" in complaint("a.txt")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("zookit_tiny/../../secret,sha256={},1", "not a path"),
        ("zookit_tiny//etc/passwd,sha256={},1", "not a path"),
        ("zookit_tiny/a\\b,sha256={},1", "not a path"),
        ("zookit_tiny/a.txt,,", "no SHA-256"),
        ("zookit_tiny/a.txt", "no SHA-256"),
        ("zookit_tiny/a.txt,md5=1B2M2Y8AsgTpgAmY7PhCfg,1", "no SHA-256"),
        ("zookit_tiny/a.txt,sha256=short,1", "no SHA-256"),
    ],
)
def test_a_record_that_does_not_tell_the_hash_of_a_path_in_the_folder_is_refused(
    models: ModelSite, tiny: Path, row: str, reason: str
) -> None:
    record = models.path / INFO / "RECORD"
    record.write_text(record.read_text() + row.format("A" * 43) + "\n")
    found = complaint()
    assert "RECORD" in found
    assert reason in found


def test_a_model_without_files_is_refused(models: ModelSite, tiny: Path) -> None:
    (models.path / INFO / "RECORD").write_text(f"{INFO}/RECORD,,\n")
    assert "RECORD lists none" in complaint()
    (models.path / INFO / "RECORD").unlink()
    assert "RECORD lists none" in complaint()


def test_an_editable_install_is_refused_in_words(models: ModelSite) -> None:
    info = make_metadata(models.path, "zookit-tiny", "1.0", "tiny = zookit_tiny")
    origin = {"url": "file:///somewhere", "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(origin))
    forget()
    found = complaint()
    assert "editable install" in found
    assert "Install zookit-tiny without --editable" in found


def test_an_archive_on_the_path_is_refused_in_words(
    models: ModelSite, tiny: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in models.path.rglob("*"):
            packed.write(path, path.relative_to(models.path))
    monkeypatch.setattr(sys, "path", [str(archive), *(p for p in sys.path if "site" not in p)])
    forget()
    assert "archive" in complaint()
    # importlib keeps the archive open, of which a later test would be warned.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        MetadataPathFinder().invalidate_caches()
        gc.collect()


def test_a_folder_that_does_not_bear_the_distributions_name_is_refused(
    models: ModelSite, run: Path
) -> None:
    models.install(run, "zookit-tiny", "tiny", folder="other")
    with pytest.raises(UnknownName) as raised:
        opened()
    assert "must name the folder zookit_tiny or zookit_tiny__tiny" in str(raised.value)


def test_a_distribution_may_have_several_models(models: ModelSite, run: Path) -> None:
    info = make_metadata(models.path, "zookit-zoo", "2", "a = zookit_zoo__a\nb = zookit_zoo__b")
    for name in ("a", "b"):
        file = models.path / f"zookit_zoo__{name}" / "f.txt"
        file.parent.mkdir()
        file.write_text(name)
        with (info / "RECORD").open("a") as record:
            record.write(f"{file.relative_to(models.path)},{recorded_hash(file)}\n")
    forget()
    for name in ("a", "b"):
        opened(name).check_all()
        assert (opened(name).folder / "f.txt").read_text() == name


def test_two_distributions_with_a_model_of_one_name_are_named(models: ModelSite, run: Path) -> None:
    models.install(run, "zookit-tiny", "tiny")
    models.install(run, "zookit-other", "tiny")
    with pytest.raises(AmbiguousName) as raised:
        opened()
    for each in ("zookit-tiny==1.0", "zookit-other==1.0", "zookit-other/tiny"):
        assert each in str(raised.value)
    assert opened("zookit-other/tiny").folder.name == "zookit_other"


def test_a_blocked_model_is_not_found(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "zookit-tiny")
    with pytest.raises(UnknownName, match="blocked"):
        opened()


def test_zookits_own_models_are_in_the_source_code_of_an_editable_install(
    models: ModelSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "checkout" / "zoo" / "models" / "zookit__mini"
    own.mkdir(parents=True)
    (own / "a.txt").write_text("a")
    module = "zookit.registry.model_card"
    monkeypatch.setattr(f"{module}.__file__", str(tmp_path / "checkout" / "registry" / "m.py"))
    for distribution in ("zookit", "zookit-else"):
        folder = f"{distribution.replace('-', '_')}__mini"
        make_metadata(models.path, distribution, "9", f"mini = {folder}")
    (tmp_path / "checkout" / "zoo" / "models" / "zookit_else__mini").mkdir()
    forget()
    model = opened("zookit/mini")
    assert (model.folder, model.hashes) == (own, None)
    assert model.has("a.txt")
    model.check("a.txt")
    with pytest.raises(BrokenPlugin):
        opened("zookit-else/mini")
