"""`zookit evaluate`."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from conftest import Command
from made_data import put_pictures
from made_runs import digits, make_one, trained

from zookit.runs.evaluation import load_evaluation

pytestmark = pytest.mark.xdist_group("shared runs")


def test_the_runs_own_data(zookit: Command) -> None:
    run = digits()
    outcome = zookit("evaluate", run.folder, "--json")
    assert outcome.code == 0, outcome
    found = json.loads(outcome.out)
    assert found["accuracy"] == pytest.approx(run.metrics["accuracy"], abs=1e-6)
    assert found["run"] == run.name
    dataset = found["data"].pop("dataset")
    assert dataset.partition(":")[0] == "mnist"
    assert found["data"] == {
        "origin": "sample",
        "hash": run.environment.data.hash,
        "own": True,
        "images": 1000,
    }
    recorded = load_evaluation(run)
    assert recorded is not None
    pairs = Counter(zip(recorded.labels.tolist(), recorded.predicted.tolist(), strict=True))
    assert found["confusion"] == [[pairs[row, column] for column in range(10)] for row in range(10)]
    confusions = {(each["true"], each["predicted"]): each["count"] for each in found["confusions"]}
    assert confusions == {(row, column): n for (row, column), n in pairs.items() if row != column}
    assert [*confusions.values()] == sorted(confusions.values(), reverse=True)
    for label, row in enumerate(found["classes"]):
        predicted = sum(pairs[other, label] for other in range(10))
        correct = pairs[label, label]
        assert row["name"] == str(label)
        assert row["count"] == 100
        assert row["recall"] == pytest.approx(correct / 100)
        assert row["precision"] == (pytest.approx(correct / predicted) if predicted else None)


def test_tables(zookit: Command) -> None:
    found = json.loads(zookit("evaluate", digits().folder, "--json").out)
    outcome = zookit("evaluate", digits().folder)
    assert outcome.code == 0, outcome
    lines = [line.split() for line in outcome.out.splitlines()]
    assert lines[0][0] == "data"
    assert {"sample:", "1,000", "own"} <= set(lines[0])
    assert lines[1] == ["accuracy", f"{found['accuracy']:.4f}"]
    calibration = found["calibration"]
    assert lines[2][:2] == ["calibration", "error"]
    assert lines[2][2] == f"{calibration['error']:.4f},"
    assert sum(each["count"] for each in calibration["bins"]) == 1000
    right = sum(each["count"] * each["accuracy"] for each in calibration["bins"])
    assert right / 1000 == pytest.approx(found["accuracy"])
    classes = lines.index(["class", "precision", "recall", "F1", "images"]) + 1
    matrix = lines.index(["class", *(str(label) for label in range(10))]) + 1
    for label, scores in enumerate(found["classes"]):
        fractions = (scores[name] for name in ("precision", "recall", "f1"))
        shown = ["-" if value is None else f"{value:.4f}" for value in fractions]
        assert lines[classes + label] == [str(label), str(label), *shown, "100"]
        counts = [str(count or ".") for count in found["confusion"][label]]
        assert lines[matrix + label] == [str(label), str(label), *counts]


def test_another_data_set(zookit: Command) -> None:
    outcome = zookit("evaluate", digits().folder, "--on", "fashion_mnist", "--data", "sample")
    assert outcome.code == 0, outcome
    assert "fashion_mnist" in outcome.out
    assert "other data" in outcome.out
    assert "class names" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--on", "horse_or_human"], "28 x 28 x 1"),
        (["--on", "mnits"], "--on mnist"),
        (["--data", "some"], "'some'"),
        (["--runs-dir", "nowhere", "gone"], "gone"),
    ],
)
def test_errors(zookit: Command, arguments: list[str], expected: str) -> None:
    run = [] if "gone" in arguments else [digits().folder]
    assert expected in zookit("evaluate", *run, *arguments).message()


def test_other_data_under_the_same_name(zookit: Command, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(digits().folder, tmp_path / "copy"))
    environment = json.loads((copy / "environment.json").read_text())
    environment["data"]["hash"] = "0123456789" * 6 + "abcd"
    (copy / "environment.json").write_text(json.dumps(environment))
    make_one(copy)
    outcome = zookit("evaluate", copy, "--json")
    assert outcome.code == 0, outcome
    assert not json.loads(outcome.out)["data"]["own"]
    warning = outcome.err.splitlines()[-1]
    assert digits().environment.data.hash[:8] in warning
    assert "01234567" in warning


def test_many_classes_have_no_matrix(zookit: Command, session_cache: Path, tmp_path: Path) -> None:
    names = [f"class {at:02} with a long name" for at in range(14)]
    put_pictures(tmp_path / "photos", **dict.fromkeys(names, 3))
    words = (f"image_folder:path={tmp_path / 'photos'},size=8", "dense:2")
    run = trained(tmp_path / "runs", session_cache, *words)
    found = json.loads(zookit("evaluate", run.folder, "--json").out)
    assert found["data"]["own"]
    assert found["data"]["images"] == 14
    wrong = sum(map(sum, found["confusion"])) - sum(
        row[at] for at, row in enumerate(found["confusion"])
    )
    lines = zookit("evaluate", run.folder).out.splitlines()
    heading = next(
        at for at, line in enumerate(lines) if line.split() == ["true", "predicted", "images"]
    )
    assert any("--json" in line for line in lines[:heading])
    assert sum(int(line.split()[-1]) for line in lines[heading + 1 :]) == wrong
    assert len(found["confusion"]) == 14
    (tmp_path / "photos").rename(tmp_path / "moved")
    message = zookit("evaluate", run.folder).message()
    assert str(tmp_path / "photos") in message
    assert "--on" in message
    message = zookit("predict", run.folder, "--image", "0").message()
    assert "move it back" in message
    assert "image files instead of --image" in message
    assert "zookit evaluate" not in message
    message = zookit("show", run.folder, "--features", "--image", "0").message()
    assert message.endswith("move it back.")


@pytest.mark.slow
def test_the_output_grows_with_the_images_not_with_the_square_of_the_classes(
    zookit: Command, session_cache: Path, tmp_path: Path
) -> None:
    names = [f"{at:03}" for at in range(101)]
    put_pictures(tmp_path / "photos", **dict.fromkeys(names, 2))
    words = (f"image_folder:path={tmp_path / 'photos'},size=8,split=0.5", "dense:2")
    run = trained(tmp_path / "runs", session_cache, *words)
    out = zookit("evaluate", run.folder, "--json").out
    found = json.loads(out)
    assert found["confusion"] is None
    assert len(found["classes"]) == found["data"]["images"] == 101
    wrong = sum(each["count"] for each in found["confusions"])
    assert found["accuracy"] == pytest.approx(1 - wrong / 101)
    assert len(out) < 50_000
