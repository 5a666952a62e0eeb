"""`zookit evaluate`: how right a kept run's model is, class by class."""

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import Command
from made_data import put_pictures
from made_runs import make_one, trained

from zookit.core import Evaluation
from zookit.inference.scores import Scores
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import RunRecord

pytestmark = pytest.mark.xdist_group("evaluate")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> RunRecord:
    """A run on MNIST's sample."""
    folder = tmp_path_factory.mktemp("runs")
    return trained(folder, session_cache, "mnist", "dense:8", data="sample")


def said_of(labels: list[int], predicted: list[int]) -> Evaluation:
    nothing = np.empty(0, np.int64)
    sure = np.ones(len(labels), np.float32)
    images = np.empty((0, 1, 1, 1), np.uint8)
    return Evaluation(np.array(labels), np.array(predicted), sure, nothing, images)


def test_scores_counted_by_hand() -> None:
    scores = Scores.of(said_of([0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 0, 0]), 5)
    assert scores.confusion.dtype == scores.support.dtype == np.int64
    assert scores.confusion.tolist() == [
        [1, 2, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [2, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    nan = float("nan")
    np.testing.assert_allclose(scores.precision, [1 / 3, 1 / 3, nan, nan, nan])
    np.testing.assert_allclose(scores.recall, [1 / 3, 1, 0, nan, nan])
    np.testing.assert_allclose(scores.f1, [1 / 3, 1 / 2, 0, nan, nan])
    assert scores.support.tolist() == [3, 1, 2, 0, 0]
    assert scores.accuracy == pytest.approx(2 / 6)
    assert scores.confused(10) == [(0, 1, 2), (2, 0, 2)]
    assert scores.confused(1) == [(0, 1, 2)]
    assert scores.confused(0) == []


def test_the_runs_own_data(zookit: Command, digits: RunRecord) -> None:
    outcome = zookit("evaluate", digits.folder, "--json")
    assert outcome.code == 0, outcome
    assert not outcome.err
    found = json.loads(outcome.out)
    assert digits.ending is not None
    # Keras's mean is float32.
    assert found["accuracy"] == pytest.approx(digits.ending.test["accuracy"], abs=1e-6)
    assert found["run"] == digits.name
    assert found["data"] == {
        "dataset": "mnist",
        "word": "sample",
        "hash": digits.environment.data.hash,
        "own": True,
        "images": 1000,
    }
    kept = load_evaluation(digits)
    assert kept is not None
    pairs = Counter(zip(kept.labels.tolist(), kept.predicted.tolist(), strict=True))
    assert found["confusion"] == [[pairs[row, column] for column in range(10)] for row in range(10)]
    for label, row in enumerate(found["classes"]):
        said = sum(pairs[other, label] for other in range(10))
        assert row["name"] == str(label)
        assert row["count"] == 100
        assert row["recall"] == pytest.approx(pairs[label, label] / 100)
        assert row["precision"] == (pytest.approx(pairs[label, label] / said) if said else None)


def test_as_a_table(zookit: Command, digits: RunRecord) -> None:
    outcome = zookit("evaluate", digits.folder)
    assert outcome.code == 0, outcome
    found = json.loads(zookit("evaluate", digits.folder, "--json").out)
    data, accuracy, _, header, *lines = outcome.out.splitlines()
    assert data == "data      mnist, sample: 1,000 test images, the run's own"
    assert accuracy == f"accuracy  {found['accuracy']:.4f}"
    assert header.split() == ["class", "precision", "recall", "F1", "images"]
    classes, (_, said, columns, *matrix) = lines[:10], lines[10:]
    assert "a row for each true class" in said
    assert columns.split() == [str(label) for label in range(10)]
    for at, (line, row) in enumerate(zip(classes, matrix, strict=True)):
        scores = found["classes"][at]
        fractions = (scores[name] for name in ("precision", "recall", "f1"))
        shown = ["-" if value is None else f"{value:.4f}" for value in fractions]
        assert line.split() == [str(at), str(at), *shown, "100"]
        assert row.split() == [
            str(at),
            str(at),
            *(str(count or ".") for count in found["confusion"][at]),
        ]
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_another_data_set(zookit: Command, digits: RunRecord) -> None:
    where = ("--on", "fashion_mnist", "--data", "sample")
    outcome = zookit("evaluate", digits.folder, *where)
    assert outcome.code == 0, outcome
    assert (
        "fashion_mnist, sample: 1,000 test images, not what the run was trained on" in outcome.out
    )
    (warning,) = outcome.err.splitlines()
    assert "other class names" in warning
    assert "'T-shirt/top' for '0', 'Trouser' for '1', 'Pullover' for '2', ..." in warning
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_a_data_set_that_does_not_fit(zookit: Command, digits: RunRecord) -> None:
    assert zookit("evaluate", digits.folder, "--on", "horse_or_human").message() == (
        f"zookit: horse_or_human has images of 300 x 300 x 3 in 2 classes, but {digits.name} was "
        "trained on 28 x 28 x 1 in 10 classes. Name a data set that fits."
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--on", "mnits"], "Did you mean 'mnist'?"),
        (["--data", "some"], "parameter 'data'"),
        (["--runs-dir", "nowhere", "gone"], "gone"),
    ],
)
def test_what_is_not_there(
    zookit: Command, digits: RunRecord, arguments: list[str], said: str
) -> None:
    run = [] if "gone" in arguments else [digits.folder]
    assert said in zookit("evaluate", *run, *arguments).message()


def test_other_data_under_the_same_name_is_told(
    zookit: Command, digits: RunRecord, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(digits.folder, tmp_path / "copy"))
    known = json.loads((copy / "environment.json").read_text())
    known["data"]["hash"] = "0123456789" * 6 + "abcd"
    (copy / "environment.json").write_text(json.dumps(known))
    make_one(copy)
    outcome = zookit("evaluate", copy, "--json")
    assert outcome.code == 0, outcome
    assert not json.loads(outcome.out)["data"]["own"]
    (warning,) = outcome.err.splitlines()
    now = digits.environment.data.hash[:8]
    assert f"other data than copy was trained on: mnist sample {now}, then sample 01234567" in (
        warning
    )


def test_many_classes(zookit: Command, session_cache: Path, tmp_path: Path) -> None:
    """Whose matrix nobody could read."""
    names = [f"kind {at:02} of a picture with a long name" for at in range(14)]
    put_pictures(tmp_path / "photos", **dict.fromkeys(names, 3))
    words = (f"image_folder:path={tmp_path / 'photos'},size=8", "dense:2")
    run = trained(tmp_path / "runs", session_cache, *words)
    found = json.loads(zookit("evaluate", run.folder, "--json").out)
    assert found["data"]["own"]
    assert found["data"]["images"] == 14
    never = [row for row in found["classes"] if row["precision"] is None]
    assert never, "some class is never said after one epoch"
    outcome = zookit("evaluate", run.folder)
    assert outcome.code == 0, outcome
    lines = outcome.out.splitlines()
    assert max(map(len, lines[1:])) <= 100
    assert sum(" - " in line for line in lines[4:18]) == len(never)
    wrong = sum(map(sum, found["confusion"])) - sum(
        row[at] for at, row in enumerate(found["confusion"])
    )
    (told,) = (line for line in lines if "most frequent confusions" in line)
    assert "--json has the whole matrix of 14 classes" in told
    confusions = lines[lines.index(told) + 2 :]
    assert len(confusions) == int(told.split()[1])
    assert sum(int(line.split()[-1]) for line in confusions) == wrong
    (tmp_path / "photos").rename(tmp_path / "moved")
    assert "does not exist" in zookit("evaluate", run.folder).message()
