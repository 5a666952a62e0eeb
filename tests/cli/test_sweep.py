"""`zookit sweep`: what its options ask for, the dry run, and completion."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from small_runs import small_run

from zookit.cli.component_options import component_kinds
from zookit.cli.sweep_completion import callback_sets, varied
from zookit.cli.sweep_request import request_of
from zookit.cli.training_options import OPTIONS
from zookit.core import Choice
from zookit.sweeps.request import SweepRequest

TWO = ("sweep", "-d", "mnist", "-a", "dense", "-a", "cnn")
HELD = ("--validation", "0.1")
FILE = """
format = 1
datasets = ["mnist"]
architectures = ["dense", "cnn"]
seeds = [5, 7]
callbacks = [["stop_at_loss:0.4"], []]

[options]
epochs = 2
metrics = ["top_k:3"]

[vary]
dense.units = [8, [16, 8]]

[[exclude]]
architecture = "cnn"
seed = 5
"""

BROKEN_ARCHITECTURE = """
from dataclasses import dataclass
from zookit.core import Architecture

@dataclass(frozen=True)
class Broken(Architecture):
    def features(self, images):
        raise ValueError("no layers")
"""


def dry(zookit: Command, *arguments: str) -> dict[str, Any]:
    """Return what a dry run prints as JSON."""
    outcome = zookit(*arguments, "--dry-run", "--json")
    assert outcome.code == 0, outcome
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def values(plan: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(each["values"].get(name) for name in names) for each in plan["cells"]]


def test_a_dry_run_shows_the_cells_and_trains_nothing(zookit: Command, tmp_path: Path) -> None:
    shown = zookit(
        *TWO,
        *("--vary", "learning_rate=0.1,0.01", "--seeds", "2", "--epochs", "3"),
        *("--callbacks", "", "--callbacks", "early_stopping:3", "--dry-run"),
    )
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[0].split() == ["runs", "8;", "left", "out:", "8", "do", "not", "fit"]
    (row,) = [line for line in lines if line.split() == ["cnn", "0.01", "1"]]
    assert row
    (reason,) = [line for line in lines if "does not fit" in line]
    assert all(fact in reason for fact in ("early_stopping:3", "8 runs", "val_loss"))
    assert not list(tmp_path.iterdir())


def test_options_are_those_of_all_cells(zookit: Command) -> None:
    options = (
        *("--metric", "top_k:3", "--metric", "macro_f1", "--augment", "flip", "--epochs", "2"),
        *(
            "--optimizer",
            "sgd:momentum=0.9",
            "--freeze",
            "body",
            "--no-normalize",
            "--loss",
            "poly",
        ),
    )
    plan = dry(zookit, *TWO, *options)
    assert values(plan, "architecture", "seed") == [("dense", "0"), ("cnn", "0")]
    assert zookit(*TWO, *options, "--metric", "top_k:11", "--dry-run").code == 2


def test_each_set_of_callbacks_is_one_option(zookit: Command) -> None:
    plan = dry(
        zookit,
        *TWO,
        *("--callbacks", "stop_at_loss terminate_on_nan", "--callbacks", ""),
        *("--vary", "stop_at_loss.threshold=0.1,0.2"),
    )
    assert values(plan, "architecture", "callbacks", "stop_at_loss.threshold") == [
        (architecture, *other)
        for architecture in ("dense", "cnn")
        for other in (
            ("stop_at_loss terminate_on_nan", "0.1"),
            ("stop_at_loss terminate_on_nan", "0.2"),
            ("", None),
        )
    ]


def test_a_file_asks_for_the_same_as_options(zookit: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(FILE)
    plan = dry(zookit, "sweep", "--from", "mine.toml")
    assert plan["excluded"] == 2
    assert len(plan["cells"]) == (2 + 1) * 2 * 2 - 2
    same = ("--seeds", "5,7", "--epochs", "2", "--metric", "top_k:3", "-d", "mnist")
    assert dry(zookit, "sweep", "--from", "mine.toml", *same) == plan
    assert dry(zookit, "sweep", "--from", "mine.toml", "--vary", "dense.units=8,16+8") == plan


@pytest.mark.parametrize(
    ("option", "facts"),
    [
        (("--seeds", "2"), ["--seeds", "0 1", "5 7"]),
        (("--epochs", "3"), ["epochs", "'3'", "'2'"]),
        (("--batch-size", "8"), ["batch_size", "'8'", "not given"]),
        (("-a", "dense"), ["--architecture", "dense cnn"]),
        (("--callbacks", ""), ["--callbacks", "stop_at_loss:0.4"]),
        (("--vary", "dense.units=8"), ["--vary", "dense.units=8", "dense.units=8,16+8"]),
        (("--search", "random"), ["--search", "random", "grid"]),
    ],
)
def test_an_option_that_contradicts_the_file_is_refused(
    zookit: Command, tmp_path: Path, option: tuple[str, ...], facts: list[str]
) -> None:
    (tmp_path / "mine.toml").write_text(FILE)
    message = zookit("sweep", "--from", "mine.toml", *option, "--dry-run").message()
    assert all(fact in message for fact in (*facts, "mine.toml")), message


def test_a_file_that_cannot_be_read_is_named(zookit: Command, tmp_path: Path) -> None:
    assert "none.toml" in zookit("sweep", "--from", "none.toml", "--dry-run").message()
    (tmp_path / "wrong.toml").write_text("format = 1\ndataset = 3")
    assert "wrong.toml" in zookit("sweep", "--from", "wrong.toml", "--dry-run").message()
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    assert "UTF-8" in zookit("sweep", "--from", "latin.toml", "--dry-run").message()


@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        (("-d", "mnist"), ["architecture", "-a ARCHITECTURE"]),
        (("-a", "dense"), ["data set", "-d DATASET"]),
        (("-d", "mnst", "-a", "dense"), ["'mnst'", "zookit sweep -d mnist -a dense"]),
        (("mnist", "dense"), ["-d", "-a"]),
        (("-d", "mnist", "-a", "dense", "--seeds", "x"), ["seeds", "'x'"]),
        (("-d", "mnist", "-a", "dense", "--vary", "lr=1,2"), ["'lr'", "learning_rate"]),
        (("-d", "mnist", "-a", "dense", "--vary", "epochs=1..3"), ["range", "--search random"]),
        (("-d", "mnist", "-a", "dense", "--vary", "seed=1,2"), ["--seeds"]),
        (("-d", "mnist", "-a", "dense", "--search", "grids"), ["'grids'", "grid"]),
        (("-d", "mnist", "-a", "dense", "--search", "grid", "--search", "grid"), ["twice"]),
        (("--attach", "runs", "-d", "mnist"), ["--attach", "--dataset"]),
        (("--attach", "runs", "--epochs", "2"), ["--attach", "epochs"]),
        (("-d", "mnist", "-a", "dense", "--callbacks", "early_stopping"), ["nothing to train"]),
    ],
)
def test_mistakes_are_one_line(
    zookit: Command, arguments: tuple[str, ...], facts: list[str]
) -> None:
    outcome = zookit("sweep", *arguments, "--dry-run")
    assert outcome.code == 2, outcome
    line = outcome.err.splitlines()[-1]
    assert line.startswith("zookit: ")
    assert all(fact in line for fact in facts), line


def test_a_set_of_callbacks_is_not_separated(zookit: Command) -> None:
    words = "stop_at_loss:0.4 terminate_on_nan"
    varied = ("--vary", "stop_at_loss.threshold=0.4")
    message = zookit(*TWO, "--callbacks", words, *varied, "--dry-run").message()
    assert "'stop_at_loss:0.4'" in message
    assert "--callbacks terminate_on_nan" not in message


def test_callbacks_with_commas_may_be_one_set_or_several(zookit: Command) -> None:
    message = zookit(*TWO, "--callbacks", "early_stopping,terminate_on_nan", "--dry-run").message()
    assert "--callbacks 'early_stopping terminate_on_nan'" in message
    assert "--callbacks early_stopping --callbacks terminate_on_nan" in message


def test_a_sweep_needs_no_runs(zookit: Command) -> None:
    message = zookit(*TWO, "--limit", "0").message()
    assert "--limit" in message
    assert "has no runs" not in message


def test_a_dry_run_has_an_optional_value(zookit: Command) -> None:
    for before, after in (((), ("--dry-run",)), (("--dry-run",), ("--seeds", "1"))):
        outcome = zookit("sweep", *before, "-d", "mnist", "-a", "dense", *after)
        assert outcome.code == 0, outcome
        assert "parameters" not in outcome.out
    behind = zookit(*TWO, "--", "--dry-run").message()
    assert "(--dry-run)" in behind
    assert behind.endswith("--dry-run")
    message = zookit(*TWO, "--dry-run=ful").message()
    assert all(fact in message for fact in ("--dry-run", "'ful'", "full"))


def test_a_dry_run_shows_what_a_folder_was_asked_for(zookit: Command, tmp_path: Path) -> None:
    message = zookit("sweep", "--attach", "none", "--dry-run").message()
    assert "none" in message


@pytest.mark.slow
def test_a_full_dry_run_counts_parameters(zookit: Command) -> None:
    for how in (("--dry-run=full",), ("--dry-run", "full")):
        outcome = zookit(*TWO, "-d", "horse_or_human", "--seeds", "2", "--json", *how)
        cells = json.loads(outcome.out)["cells"]
        counts = {tuple(each["values"].values())[:2]: each["parameters"] for each in cells}
        assert counts["mnist", "dense"] == 784 * 128 + 128 + 128 * 10 + 10
        assert counts["horse_or_human", "dense"] == 300 * 300 * 3 * 128 + 128 + 128 + 1
    shown = zookit(*TWO, "--init", small_run(), "--dry-run=full")
    assert "101,770" in shown.out
    assert "TensorFlow" not in shown.err


@pytest.mark.slow
def test_a_model_that_cannot_be_built_has_its_reason(zookit: Command, tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(BROKEN_ARCHITECTURE)
    outcome = zookit(*TWO, "-a", f"{file}:Broken", "--dry-run=full", "--json")
    assert outcome.code == 0, outcome
    counts = [each["parameters"] for each in json.loads(outcome.out)["cells"]]
    assert counts[0] == 101_770
    assert all(fact in counts[2] for fact in ("ValueError: no layers", "Broken.features"))


def test_a_learning_search_shows_what_it_chooses_from(zookit: Command) -> None:
    shown = zookit(*TWO, "--vary", "epochs=1,2", "--search", "optuna:9", *HELD, "--dry-run")
    assert (shown.code, shown.err) == (0, "")
    assert "optuna:9" in shown.out
    assert "4 combinations" in shown.out


def test_many_cells_are_counted(zookit: Command) -> None:
    shown = zookit(*TWO, "--seeds", "100", "--dry-run")
    assert len(shown.out.splitlines()) < 10
    assert "200" in shown.out
    assert "--json" in shown.out


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        (["--csv"], ["--csv", "--dry-run --json"]),
        (["--report", "page.html"], ["--report"]),
        (["--launcher", "locla"], ["locla", "local"]),
        (["--with", "tensorbord"], ["tensorbord", "tensorboard"]),
        (["--limit", "inf"], ["limit", "inf"]),
        (["--search", "optuna:trials=2"], ["validation", "mnist", "--validation 0.1"]),
        (["--by", "f1"], ["'f1'", "accuracy", "--metric"]),
        (["--by", "macro_f1"], ["'macro_f1'", "--metric macro_f1"]),
        (["--by", "f1", "--metric", "macro_f1"], ["'f1'", "macro_f1"]),
    ],
)
def test_a_dry_run_refuses_what_the_sweep_would(
    zookit: Command, options: list[str], facts: list[str]
) -> None:
    outcome = zookit(*TWO, "--dry-run", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert all(fact in outcome.err for fact in facts), outcome.err


def test_a_folder_to_continue_is_the_folder_of_the_runs(zookit: Command, tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    outcome = zookit("sweep", "--attach", f"{tmp_path}/some", "--runs-dir", f"{tmp_path}/other")
    assert outcome.code == 2
    assert all(fact in outcome.err for fact in ("--attach", f"--runs-dir {tmp_path}/other"))


def test_options_ask_for_a_request() -> None:
    names = ("file", "callbacks", "seeds", "vary", "search", "freeze", "init", *OPTIONS)
    none = dict.fromkeys((*names, *(kind.keyword for kind in component_kinds())))
    given = {
        **none,
        "datasets": ["mnist"],
        "architectures": ["dense"],
        "callbacks": ["a b", ""],
        "seeds": "3",
        "vary": ["epochs=1,2"],
        "metrics": ["top_k:3"],
        "normalize": False,
    }
    assert request_of(given) == SweepRequest(
        ("mnist",),
        ("dense",),
        (("a", "b"), ()),
        (0, 1, 2),
        (Choice("epochs", ("1", "2")),),
        {"normalize": False, "metrics": ["top_k:3"]},
    )


def test_the_last_word_of_a_set_is_completed() -> None:
    assert "stop_at_loss" in callback_sets("stop")
    assert callback_sets("stop_at_loss:0.4 stop_at_a") != []
    assert "stop_at_loss:0.4 stop_at_accuracy" in callback_sets("stop_at_loss:0.4 stop")
    assert "a stop_at_loss:threshold=" in callback_sets("a stop_at_loss:")
    assert "stop_at_loss stop_at_loss" not in callback_sets("stop_at_loss stop")


@pytest.mark.parametrize(
    ("incomplete", "offered"),
    [
        ("", {"learning_rate=", "batch_size=", "optimizer=", "augment="}),
        ("ep", {"epochs="}),
        ("den", {"dense."}),
        ("dense.", {"dense.units=", "dense.dropout="}),
        ("dense.units=", {"dense.units=128"}),
        ("dense.activation=elu,", {"dense.activation=elu,relu"}),
        ("normalize=", {"normalize=true", "normalize=false"}),
        ("optimizer=adam,s", {"optimizer=adam,sgd"}),
        ("optimizer=adam,sgd:", {"optimizer=adam,sgd:momentum="}),
        ("precision=", {"precision=float32"}),
        ("nothing.x=", set()),
        ("nothing.", set()),
    ],
)
def test_what_varies_is_completed(incomplete: str, offered: set[str]) -> None:
    found = varied(incomplete)
    assert offered <= set(found)
    assert offered or not found
    assert "seed=" not in found
    assert "dense.activation=elu,elu" not in found
