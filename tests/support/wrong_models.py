"""Models that are wrong on purpose, each in one way; MODELS names the checks that each fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from made_runs import digits, make_whole
from model_site import ModelSite

import zookit

REQUIRED = f"zookit>={zookit.__version__}"
Install = Callable[[ModelSite, Path], Path]


def right(site: ModelSite, run: Path) -> Path:
    return site.install(run, requires=(REQUIRED,))


def is_changed(site: ModelSite, run: Path) -> Path:
    folder = right(site, run)
    with (folder / "history.csv").open("a") as file:
        file.write("\n")
    return folder


def has_an_empty_card(site: ModelSite, run: Path) -> Path:
    return site.install(run, requires=(REQUIRED,), card="\n")


def requires_nothing(site: ModelSite, run: Path) -> Path:
    return site.install(run, requires=())


def excludes_what_trained_it(site: ModelSite, run: Path) -> Path:
    return site.install(run, requires=("zookit<0.0.1",))


def allows_older_versions(site: ModelSite, run: Path) -> Path:
    return site.install(run, requires=("zookit",))


def requires_an_extra_alone(site: ModelSite, run: Path) -> Path:
    return site.install(run, requires=(f"{REQUIRED}; extra == 'run'",))


def names_a_folder(site: ModelSite, run: Path) -> Path:
    _edit(run, lambda it: it["data"].update(left_out=["/home/me/a.png is empty"]))
    return right(site, run)


def answers_otherwise(site: ModelSite, run: Path) -> Path:
    from zookit.runs.arrays import load_arrays, save_arrays

    arrays, _ = load_arrays(run / "probe.safetensors")
    save_arrays(run / "probe.safetensors", {name: 1 - each for name, each in arrays.items()})
    make_whole(run)
    return right(site, run)


def _edit(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads((run / "environment.json").read_text())
    change(values)
    (run / "environment.json").write_text(json.dumps(values))


MODELS: dict[Install, set[str]] = {
    right: set(),
    is_changed: {"is a finished run"},
    has_an_empty_card: {"has a card"},
    requires_nothing: {"requires its plugins"},
    excludes_what_trained_it: {"requires its plugins"},
    allows_older_versions: {"requires its plugins"},
    requires_an_extra_alone: {"requires its plugins"},
    names_a_folder: {"names no other place"},
    answers_otherwise: {"answers as trained"},
}


def run_to_install() -> Path:
    """Return the folder of a run that models are made of; copy it to change it."""
    return digits().folder
