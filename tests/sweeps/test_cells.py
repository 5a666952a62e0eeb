"""The cells of a sweep: combinations that fit, that do not, that are excluded or the same."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from made_files import NET, here, write
from made_plugins import make_distribution
from small_runs import DENSE, small_images, small_run

from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    BrokenPlugin,
    Experiment,
    ZookitError,
)
from zookit.core.progress import silent
from zookit.registry import default
from zookit.sweeps.cells import Cell, CellTrials, cells
from zookit.sweeps.located import located
from zookit.sweeps.plan import PlannedCell, Planner
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.starts import Starts
from zookit.sweeps.vary import parse_vary
from zookit.training.resolve import compose, compose_experiment

__all__ = ["here"]

BASE = SweepRequest(("mnist",), ("dense",))
TOO_DEEP = "cnn:8+8+8+8+8+8"
"""Does not fit images of 28 x 28."""


def request(*vary: str, **changes: Any) -> SweepRequest:
    return replace(BASE, vary=tuple(map(parse_vary, vary)), **changes)


def asked(trials: CellTrials) -> list[Cell]:
    found: list[Cell] = []
    while trial := trials.ask():
        found += trial.cells
    return found


def test_all_combinations_have_a_cell_per_seed() -> None:
    found = cells(
        request(
            "learning_rate=0.1,0.01",
            datasets=("mnist", "fashion_mnist"),
            architectures=("dense:64", "cnn"),
            callbacks=((), ("stop_at_loss:0.4", "terminate_on_nan")),
            seeds=(3, 5),
        )
    )
    assert len(found) == 2 * 2 * 2 * 2 * 2
    assert not any(each.misfit for each in found)
    assert dict(found[-1].values) == {
        "dataset": "fashion_mnist",
        "architecture": "cnn",
        "callbacks": "stop_at_loss:0.4 terminate_on_nan",
        "learning_rate": "0.01",
        "seed": "5",
    }
    assert [each.values["seed"] for each in found[:4]] == ["3", "5", "3", "5"]


def test_a_cell_is_the_experiment_that_a_run_has() -> None:
    words = "sgd:momentum=0.9,nesterov=true"
    options = {"epochs": "2", "metrics": ["top_k:3"], "class_weights": True, "data": "sample"}
    (found,) = cells(
        request(
            f"optimizer={words.replace(',', ',,')}",
            "dense.units=8+4",
            "augment=flip zoom:0.2",
            "learning_rate=cosine:0.1",
            "freeze=body",
            callbacks=(("stop_at_accuracy:0.9",),),
            seeds=(7,),
            options=options,
        )
    )
    own = compose(
        "mnist",
        "dense:units=8+4",
        ["stop_at_accuracy:0.9"],
        options
        | {
            "optimizer": words,
            "learning_rate": "cosine:0.1",
            "augment": ["flip", "zoom:0.2"],
            "freeze": "body",
            "seed": 7,
        },
    )
    assert found.composition is not None
    assert found.composition.experiment == own.experiment
    assert found.composition.owners == own.owners
    assert [*found.composition.parts] == [*own.parts]
    identities = {each.experiment.identity("", each.owners) for each in (own, found.composition)}
    assert len(identities) == 1


def test_a_learning_rate_is_that_of_the_optimizer() -> None:
    found = cells(request("learning_rate=0.1,cosine:0.2", "optimizer=adam,sgd"))
    rates = [
        (e.optimizer.short_name, e.optimizer.parameters.get("learning_rate"), e.schedule is None)
        for e in (each.composition.experiment for each in found if each.composition)
    ]
    assert len(rates) == 4
    assert ("sgd", 0.1, True) in rates
    own = compose("mnist", "dense", options={"learning_rate": "cosine:0.2", "optimizer": "sgd"})
    assert own.experiment in [each.composition and each.composition.experiment for each in found]


@pytest.mark.parametrize(
    ("changes", "misfit", "fitting"),
    [
        ({"architectures": (TOO_DEEP, "dense")}, ["cnn", "28"], 1),
        (
            {"callbacks": (("early_stopping:3",), ())},
            ["early_stopping", "val_loss"],
            1,
        ),
        (  # horse_or_human has two classes
            {"datasets": ("mnist", "horse_or_human"), "options": {"metrics": ["top_k:3"]}},
            ["top_k"],
            1,
        ),
        (
            {"callbacks": (("unfreeze:epoch=9",), ()), "options": {"freeze": "body"}},
            ["unfreeze", "epoch"],
            1,
        ),
        (
            {
                "callbacks": (("reduce_lr_on_plateau:2,monitor=loss",), ()),
                "options": {"learning_rate": "cosine:0.1"},
            },
            ["reduce_lr_on_plateau", "cosine"],
            1,
        ),
        ({"callbacks": (("terminate_on_nan", "terminate_on_nan"), ())}, ["terminate_on_nan"], 1),
    ],
)
def test_what_does_not_fit_is_a_misfit(
    changes: dict[str, Any], misfit: list[str], fitting: int
) -> None:
    found = cells(request(**changes))
    assert sum(each.composition is not None for each in found) == fitting
    (other,) = (each.misfit for each in found if each.composition is None)
    assert all(fact in other for fact in misfit), other
    assert "\n" not in other


def test_an_optimizer_that_has_a_rate_is_a_misfit_only_with_another() -> None:
    found = cells(request("optimizer=adam:learning_rate=0.1,sgd", "learning_rate=0.2,cosine:0.1"))
    assert [bool(each.misfit) for each in found] == [True, True, False, False]


@pytest.mark.parametrize(
    ("vary", "changes", "facts"),
    [
        ([], {"datasets": ("mnst",)}, ["'mnst'", "data set"]),
        ([], {"architectures": ("dense:units=0",)}, ["units", "0"]),
        ([], {"architectures": ("mnist",)}, ["'mnist'", "datasets"]),
        ([], {"callbacks": (("stop_at_los",),)}, ["stop_at_los"]),
        ([], {"options": {"metrics": ["top_x"]}}, ["top_x"]),
        ([], {"options": {"epochs": "x"}}, ["epochs", "'x'"]),
        ([], {"options": {"epoch": "2"}}, ["'epoch'", "'epochs'"]),
        ([], {"search": "grit"}, ["search", "'grit'"]),
        ([], {"search": "random:trials=0"}, ["trials", "0"]),
        (["epochs=1,x"], {}, ["epochs", "'x'"]),
        (["epochs=0..3"], {"search": "random"}, ["epochs", "0"]),
        (["dense.units=1,-1"], {}, ["units", "-1"]),
        (["dense.dropout=0..2"], {"search": "random"}, ["dropout", "2"]),
        (["learning_rate=0.1,-1"], {}, ["learning_rate", "-1"]),
        (["learning_rate=0.1,cosin"], {}, ["'cosin'", "cosine"]),
        (["optimizer=adam,sgdd"], {}, ["sgdd"]),
        (["epochs=1..3"], {}, ["grid", "epochs", "random"]),
    ],
)
def test_a_word_that_is_never_valid_is_refused_at_once(
    vary: list[str], changes: dict[str, Any], facts: list[str]
) -> None:
    with pytest.raises(ZookitError) as raised:
        CellTrials(request(*vary, **changes))
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)


@pytest.mark.parametrize("others", [("dense",), ()])
@pytest.mark.parametrize("vary", [(), ("my_net.units=2,4",)])
@pytest.mark.parametrize(
    ("name", "source", "fact"),
    [
        ("missing.py", None, "No such file"),
        ("wrong.py", "class MyNet(", "not valid Python"),
        ("import.py", f"import no_such_module\n{dedent(NET)}", "no_such_module"),
        ("nét.py", NET, "cannot be the name"),
    ],
    ids=["missing", "syntax", "import", "name"],
)
def test_a_file_that_cannot_be_used_is_refused_at_once(
    here: Path, name: str, source: str | None, fact: str, vary: tuple[str, ...], others: Any
) -> None:
    if source is not None:
        write(here, source, name)
    with pytest.raises(BrokenPlugin) as raised:
        CellTrials(request(*vary, architectures=(*others, f"./{name}:MyNet")))
    assert fact in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_of_plugins_that_cannot_be_imported_is_refused_at_once(here: Path) -> None:
    default.add_file(write(here, f"import no_such_module\n{dedent(NET)}", "import.py"))
    with pytest.raises(BrokenPlugin) as raised:
        CellTrials(request(architectures=("dense", "my_net")))
    assert "no_such_module" in str(raised.value)


@pytest.mark.parametrize(
    ("vary", "search"), [("dense.dropout=0.0..2", "random"), ("dense.dropout=0,1", "grid")]
)
def test_an_error_about_a_value_that_varies_says_so(vary: str, search: str) -> None:
    with pytest.raises(BadParameter) as raised:
        CellTrials(request("dense.units=8,16", vary, search=search))
    assert "dropout must be less than 1" in str(raised.value)
    assert vary.replace("..2", "..2.0") in str(raised.value)
    assert "Write dense:" not in str(raised.value)
    assert raised.value.correction is None


def test_parameters_that_are_required_together_are_checked_together(tmp_path: Path) -> None:
    with pytest.raises(ZookitError) as raised:
        CellTrials(request("image_folder.size=8,x", datasets=(f"image_folder:path={tmp_path}",)))
    assert "'x'" in str(raised.value)
    vary = f"image_folder.path={tmp_path},{tmp_path}/b", "image_folder.size=8,16"
    found = cells(request(*vary, datasets=("image_folder",)))
    assert len(found) == 4
    assert all(str(tmp_path) in each.misfit for each in found)


def test_the_same_experiment_is_one_cell() -> None:
    trials = CellTrials(
        request(
            "batch_size=32,64",
            architectures=("dense", "dense:units=128", "dense:64"),
            seeds=(0, 1),
        )
    )
    assert len(asked(trials)) == 2 * 2 * 2
    assert [
        (left_out.values["architecture"], same.values["architecture"])
        for left_out, same in trials.same
    ] == [("dense:units=128", "dense")] * 4
    assert all(one.values["seed"] == other.values["seed"] for one, other in trials.same)


EXCLUDING = request(
    "learning_rate=0.1,0.2",
    "cnn.filters=8,16",
    architectures=("dense:64", "dense:32", "cnn"),
    callbacks=((), ("stop_at_loss:0.4", "terminate_on_nan"), ("terminate_on_nan",)),
    seeds=(0, 1),
)
"""Four architectures, three sets, two rates, two seeds: 48 cells."""


@pytest.mark.parametrize(
    ("exclude", "excluded"),
    [
        ({"architecture": "dense"}, 24),
        ({"architecture": "dense:64"}, 12),
        ({"architecture": "cnn", "learning_rate": "0.10"}, 12),
        ({"cnn.filters": "8"}, 12),
        ({"callbacks": ""}, 16),
        ({"callbacks": "stop_at_loss"}, 16),
        ({"callbacks": "terminate_on_nan stop_at_loss:0.4"}, 16),
        ({"callbacks": "terminate_on_nan"}, 32),
        ({"seed": "1", "architecture": "cnn"}, 12),
    ],
)
def test_what_is_excluded_is_left_out(exclude: dict[str, str], excluded: int) -> None:
    trials = CellTrials(replace(EXCLUDING, exclude=(exclude,)))
    assert len(asked(trials)) == 48 - excluded
    assert trials.excluded == excluded
    both = CellTrials(replace(EXCLUDING, exclude=(exclude, {"architecture": "cnn"})))
    assert not [each for each in asked(both) if each.values["architecture"] == "cnn"]


@pytest.mark.usefixtures("here")
def test_the_class_of_a_file_stands_for_it_with_any_parameters() -> None:
    nets = "./net.py:MyNet", "./net.py:MyNet:units=4", "dense"
    for architecture, left in ((nets[0], 1), (nets[1], 2)):
        exclude = ({"architecture": architecture},)
        assert len(asked(CellTrials(request(architectures=nets, exclude=exclude)))) == left


@pytest.mark.parametrize(
    ("exclude", "facts"),
    [
        ({}, ["empty"]),
        ({"achitecture": "dense"}, ["achitecture", "architecture"]),
        ({"architecture": "cnn"}, ["'cnn'", "'dense'"]),
        ({"seed": "3"}, ["seed", "'3'"]),
        ({"epochs": "3"}, ["epochs", "'3'"]),
        ({"learning_rate": "0.1"}, ["learning_rate", "several values"]),
    ],
)
def test_an_exclusion_of_nothing_is_refused(exclude: dict[str, str], facts: list[str]) -> None:
    vary = "epochs=1,2", "learning_rate=0.1..0.2"
    with pytest.raises(BadExperiment) as raised:
        CellTrials(request(*vary, exclude=(exclude,), search="random"))
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)


def test_a_million_cells_are_refused_with_their_number() -> None:
    many = ",".join(map(str, range(1, 101)))
    vary = f"epochs={many}", f"batch_size={many}"
    with pytest.raises(BadExperiment) as raised:
        CellTrials(request(*vary, seeds=tuple(range(100))))
    assert "1,000,000" in str(raised.value)
    few = CellTrials(request(*vary, seeds=tuple(range(100)), search="random:trials=3"))
    assert len(asked(few)) == 300


def test_combinations_that_are_left_out_are_no_trials() -> None:
    trials = CellTrials(
        request(
            "dense.units=8,16,32",
            architectures=("dense", TOO_DEEP),
            callbacks=((), ("early_stopping",)),
            exclude=({"dense.units": "32"},),
            search="random:trials=2",
        )
    )
    assert len(asked(trials)) == 2


def test_a_search_among_endless_combinations_ends_if_none_fits() -> None:
    for search in ("random", "optuna"):
        trials = CellTrials(
            request("validation=0.1..0.5", architectures=(TOO_DEEP,), search=f"{search}:trials=2")
        )
        assert asked(trials) == []
        assert trials.misfits


def test_the_last_epoch_is_not_stopped_early() -> None:
    vary = ("learning_rate=0.001..1:log",)
    trials = CellTrials(request(*vary, search="optuna:trials=9", options={"epochs": 4}))
    stopped = []
    for at in range(9):
        trial = trials.ask()
        assert trial is not None
        value = 0.9 if at < 6 else 0.1
        stopped.append([trials.prune(trial, epoch, value) for epoch in (1, 2, 3, 4)])
        trials.tell(trial, value)
    assert stopped[0] == [False] * 4
    assert stopped[-1][2:] == [True, False]


def test_ranges_decide_the_experiment() -> None:
    vary = "learning_rate=0.01..1:log", "batch_size=16..64", "dense.units=8..16"
    found = cells(request(*vary, search="random:trials=4"))
    assert len(found) == 4
    for each in found:
        assert each.composition is not None
        experiment = each.composition.experiment
        assert experiment.optimizer.parameters["learning_rate"] == float(
            each.values["learning_rate"]
        )
        assert experiment.settings.batch_size == int(each.values["batch_size"])
        assert experiment.architecture.parameters["units"] == [int(each.values["dense.units"])]


def test_results_are_passed_on_to_the_search() -> None:
    trials = CellTrials(
        request(
            "learning_rate=0.001..1:log",
            architectures=("dense", TOO_DEEP),
            search="optuna:trials=12",
            seeds=(0, 1),
        )
    )
    assert trials.learns
    count = 0
    while trial := trials.ask():
        count += 1
        assert [each.values["seed"] for each in trial.cells] == ["0", "1"]
        assert trial.point["architecture"] == "dense"
        assert trials.prune(trial, 1, 0.5) in (True, False)
        trials.tell(trial, None if count == 1 else 0.5)
    assert count == 12
    assert all(each.values["architecture"] != "dense" for each in trials.misfits)


BROKEN = '''
from dataclasses import dataclass

from zookit.core import Architecture, Dataset, Search, Trials


@dataclass(frozen=True)
class Broken(Dataset):
    """Fails."""

    @property
    def info(self):
        raise KeyError("no info")

    def load(self, source):
        raise KeyError("no")


class Wrong(Trials):
    def ask(self):
        return {"dataset": "mnist"}


@dataclass(frozen=True)
class Lost(Search):
    """Forgets what varies."""

    def open(self, varied):
        return Wrong()
'''
UNIMPORTABLE = "raise RuntimeError('no import')"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugins that fail: a data set, an architecture that cannot be imported, and a search."""
    points = {
        "zookit.datasets": "broken_data = broken_here:Broken",
        "zookit.searches": "lost = broken_here:Lost",
        "zookit.architectures": "unimportable = unimportable_here:Net",
    }
    sources = {"broken_here.py": BROKEN, "unimportable_here.py": UNIMPORTABLE}
    make_distribution(tmp_path, "zookit-broken", points, sources)
    monkeypatch.syspath_prepend(tmp_path)
    fresh = type(default)()
    for name in ("_components", "_path"):
        monkeypatch.setattr(default, name, getattr(fresh, name))
    monkeypatch.setitem(vars(default), "_scanned", fresh._scanned)


@pytest.mark.usefixtures("plugins")
def test_a_broken_plugin_hurts_its_own_cells_only() -> None:
    found = cells(
        request(datasets=("broken_data", "mnist"), architectures=("unimportable", "dense"))
    )
    fitting = [each.values for each in found if not each.misfit]
    assert [(each["dataset"], each["architecture"]) for each in fitting] == [("mnist", "dense")]
    reasons = {each.values["architecture"]: each.misfit for each in found[:2]}
    assert "no import" in reasons["unimportable"]
    assert "zookit-broken" in reasons["dense"]
    assert "no info" in reasons["dense"]


@pytest.mark.usefixtures("plugins")
def test_a_search_that_asks_for_something_else_is_named() -> None:
    with pytest.raises(BrokenPlugin) as raised:
        CellTrials(request(search="lost"))
    assert "zookit-broken" in str(raised.value)
    assert "architecture has no value" in str(raised.value)


def test_tensorflow_is_not_imported() -> None:
    program = (
        "import sys\n"
        "from zookit.sweeps.cells import cells\n"
        "from zookit.sweeps.request import SweepRequest\n"
        "assert cells(SweepRequest(('mnist',), ('dense', 'cnn')))\n"
        "print(*{'tensorflow', 'keras', 'optuna'} & set(sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == []


def test_cells_start_from_the_same_weights_or_from_none(tmp_path: Path) -> None:
    run = small_run()
    asked_for = request(
        "init=latest,",
        datasets=(small_images(),),
        architectures=(DENSE, "cnn:filters=4,units=4"),
    )
    found = cells(located(asked_for, Starts(run.parent)))
    fitting = [each.composition for each in found if each.composition is not None]
    starts = [each.experiment.initial_weights for each in fitting]
    assert starts == [run.name, "", ""]
    (misfit,) = (each for each in found if each.misfit)
    assert misfit.values["architecture"].startswith("cnn")
    assert run.name in misfit.misfit
    with pytest.raises(BadRun, match="nowhere"):
        cells(request(options={"init": "nowhere"}))
    with pytest.raises(BadParameter, match="range"):
        cells(request("init=0.1..0.2"))


def test_a_job_names_the_place_of_the_run_it_starts_from() -> None:
    run = small_run()
    given = request(datasets=(small_images(),), architectures=(DENSE,), options={"init": str(run)})
    (cell,) = cells(given)
    planned = Planner(silent).plan(cell)
    assert isinstance(planned, PlannedCell)
    experiment = Experiment.from_toml(planned.job((), None).experiment)
    assert experiment.initial_weights == str(run)
    composition = compose_experiment(experiment)
    assert composition.experiment.initial_weights == run.name
    identity = composition.experiment.identity(planned.data_hash, composition.owners)
    assert identity == planned.identity
