"""What the card of a model says."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_runs import two_classes
from small_runs import CLASSES

from zookit.core import ComponentSpec
from zookit.runs.run import read_run
from zookit.scaffold.card import write_card
from zookit.scaffold.model_package import ModelPackage, write
from zookit.scaffold.package_metadata import PackageMetadata


def rewritten(
    run: Path, metadata: PackageMetadata, change: Callable[[dict[str, Any]], object]
) -> str:
    """Return the card of a run whose environment was edited."""
    path = run / "environment.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
    write_card(read_run(run), metadata, ("zookit>=0.1.0",))
    return (run / "card.md").read_text()


def test_it_says_what_the_model_is_and_how_to_use_it(card: str) -> None:
    assert card.startswith("# my_shades\n")
    assert "Tells bright, dark and grey pictures apart." in card
    assert "CC-BY-4.0" in card
    for command in ("predict my_shades", "evaluate my_shades", "reproduce my_shades"):
        assert f"zookit {command}" in card
    assert "(N, 8, 8, 1)" in card
    assert "float32 (N, 3)" in card


def test_it_has_the_figures_of_each_class(card: str, finished: Path) -> None:
    run = read_run(finished)
    assert f"{run.metrics['accuracy']:.2%}" in card
    starts = tuple(f"| {each} " for each in CLASSES)
    rows = [line for line in card.splitlines() if line.startswith(starts)]
    assert len(rows) == len(CLASSES)
    assert all(row.count("|") == 6 and row.endswith(" 8 |") for row in rows)


def test_it_has_the_data_the_composition_and_the_versions(card: str, finished: Path) -> None:
    environment = read_run(finished).environment
    assert environment.data.hash in card
    assert "96 train + 24 test" in card
    assert "`dense:units=8,dropout=0.1`" in card
    assert f"tensorflow {environment.versions['tensorflow']}" in card
    assert f"Python {environment.versions['python']}" in card
    assert "`zookit>=" in card


def test_every_picture_has_its_file_and_an_alternative(card: str, packaged: ModelPackage) -> None:
    lines = [line for line in card.splitlines() if line.startswith("![")]
    assert len(lines) >= 3
    for line in lines:
        label, _, file = line.removeprefix("![").removesuffix(")").partition("](")
        assert len(label) > 20
        assert (packaged.folder / "my_shades" / file).read_text().startswith("<svg xmlns=")


@pytest.mark.parametrize(
    "names",
    [("<script>alert(1)</script>", "a|b", "[x](http://evil)"), ("`rm`", "two\nlines", "*x*")],
)
def test_names_of_classes_are_shown_as_they_are(
    run: Path, metadata: PackageMetadata, names: tuple[str, ...]
) -> None:
    text = rewritten(run, metadata, lambda it: it["data"].update(class_names=names))
    assert not any(name in text for name in names)
    rows = [line for line in text.splitlines() if line.endswith(" 8 |")]
    assert len(rows) == 3
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


def test_a_model_of_two_classes_has_one_output(metadata: PackageMetadata, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(two_classes().folder, tmp_path / "run"))
    write_card(read_run(folder), metadata, ())
    assert "float32 (N, 1)" in (folder / "card.md").read_text()


def test_a_licence_that_is_not_known_here_is_a_warning(
    run: Path, metadata: PackageMetadata, caplog: pytest.LogCaptureFixture
) -> None:
    record = read_run(run)
    dataset = ComponentSpec("zookit-pets/pets")
    write_card(record, metadata, (), dataset)
    assert "licence of pets" in caplog.text
    assert "package the run again" in caplog.text


def test_of_the_users_own_images_no_licence_is_missed(
    finished: Path, metadata: PackageMetadata, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(read_run(finished), metadata, tmp_path / "project")
    assert "licence" not in caplog.text


def test_the_validation_accuracy_is_that_of_the_weights(
    run: Path, metadata: PackageMetadata
) -> None:
    names, *rows = (run / "history.csv").read_text().split()
    rows = [f"{row},{value}" for row, value in zip(rows, (0.75, 0.5), strict=True)]
    (run / "history.csv").write_text("\n".join([f"{names},val_accuracy", *rows, ""]))
    write_card(read_run(run), metadata, ())
    card = (run / "card.md").read_text()
    assert "Validation accuracy: **50.00%** (last, epoch 2; best 75.00% in epoch 1)" in card
