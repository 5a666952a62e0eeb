"""Runs for the leaderboard: the files of a trained run, edited."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w
from made_runs import digits

from zookit.core import Experiment
from zookit.runs.environment import identity_without_epochs
from zookit.runs.run import RunRecord, read_run

Edit = Callable[[dict[str, Any]], None]
CALLBACK = {
    "name": "zookit/stop_at_loss",
    "parameters": {"threshold": 0.001, "monitor": "loss"},
}


class RunMaker:
    """Creates run folders in `runs_dir`, on MNIST with a dense architecture unless edited."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._times = iter(range(100_000, 999_999))

    def __call__(
        self,
        name: str = "",
        *,
        seed: int = 0,
        validation: float | None = 0.5,
        test: float | None = 0.5,
        loss: float = 1.0,
        status: str = "finished",
        epochs: int = 1,
        data: str = "",
        owner: str = "",
        experiment: Edit = lambda _: None,
        **parameters: Any,
    ) -> RunRecord:
        """Make a run with these results. `parameters` are the architecture's, or settings."""
        original = digits().folder
        tables = tomllib.loads((original / "experiment.toml").read_text(encoding="utf-8"))
        tables["callbacks"] = [CALLBACK]
        tables["settings"]["batch_size"] = 256
        for key, value in parameters.items():
            table = tables["settings"]
            (table if key in table else tables["architecture"]["parameters"])[key] = value
        tables["settings"]["seed"] = seed
        experiment(tables)
        environment = json.loads((original / "environment.json").read_text(encoding="utf-8"))
        del environment["started"], environment["place"]  # the name tells
        environment["data"]["hash"] = data or environment["data"]["hash"]
        self._identify(environment, Experiment.from_toml(tomli_w.dumps(tables)), owner)
        name = name or f"20261122-{next(self._times)}-{environment['identity'][:8]}"
        folder = self.runs_dir / name
        folder.mkdir(parents=True)
        (folder / "environment.json").write_text(json.dumps(environment))
        (folder / "experiment.toml").write_text(tomli_w.dumps(tables))
        logged = {"loss": loss, "accuracy": 0.1}
        if validation is not None:
            logged |= {"val_loss": loss, "val_accuracy": validation}
        lines = [f"epoch,{','.join(logged)}"]
        lines += [f"{at},{','.join(map(repr, logged.values()))}" for at in range(1, epochs + 1)]
        (folder / "history.csv").write_text("\n".join(lines) + "\n")
        seconds = [f"{at},2.5" for at in range(1, epochs + 1)]
        (folder / "times.csv").write_text("\n".join(["epoch,seconds", *seconds]) + "\n")
        finished = status == "finished" and test is not None
        metrics = {
            "status": status,
            "epochs": epochs,
            "last_epoch": logged,
            "test": {"loss": loss, "accuracy": test} if finished else {},
        }
        if status != "killed":
            (folder / "metrics.json").write_text(json.dumps({"format": 2, **metrics}))
        return read_run(folder)

    def _identify(self, environment: dict[str, Any], experiment: Experiment, owner: str) -> None:
        names = dict.fromkeys(spec.name for spec in experiment.components())
        owners = dict.fromkeys(names, owner or "zookit==0.1.0")
        data = environment["data"]["hash"]
        environment["components"] = [
            {"name": spec.name, "owner": owners[spec.name]} for spec in experiment.components()
        ]
        environment["identity"] = experiment.identity(data, owners)
        environment["group"] = experiment.group().identity(data, owners)
        environment["identity_without_epochs"] = identity_without_epochs(experiment, data, owners)


def callbacks(*named: tuple[str, Mapping[str, Any]]) -> Edit:
    """Return an edit that replaces the callbacks."""
    return specs("callbacks", *named)


def specs(key: str, *named: tuple[str, Mapping[str, Any]]) -> Edit:
    """Return an edit that replaces a list of components."""

    def edit(tables: dict[str, Any]) -> None:
        tables[key] = [{"name": name, "parameters": dict(values)} for name, values in named]

    return edit


def component(kind: str, name: str, /, **parameters: Any) -> Edit:
    """Return an edit that replaces a component, such as the architecture."""

    def edit(tables: dict[str, Any]) -> None:
        tables[kind] = {"name": name, "parameters": parameters}

    return edit


def requesting(record: RunRecord, epochs: int) -> RunRecord:
    """Return the run with another number of epochs in its settings."""
    return replace(record, experiment=record.experiment.with_settings(epochs=epochs))


def variant(record: RunRecord, *, seed: int, validation: float, test: float, at: int) -> RunRecord:
    """Return the run in another folder, with another seed and other results."""
    assert record.ending
    ending = replace(
        record.ending, last_epoch={"val_accuracy": validation}, test={"accuracy": test}
    )
    return replace(
        record,
        folder=record.folder.with_name(f"other-{at}"),
        experiment=record.experiment.with_settings(seed=seed),
        ending=ending,
    )
