"""Creates folders of runs by varying the files of a real run, for benchmarks and tests."""

import json
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

from zookit.core import Experiment
from zookit.runs.environment import identity_without_epochs
from zookit.runs.order import TIME_FORMAT
from zookit.runs.run import RunRecord, read_run

SEEDS = 3
"""The runs of each experiment, which differ in the seed."""
_WRITTEN = ("experiment.toml", "environment.json", "history.csv", "times.csv", "metrics.json")
_DATA = ("a" * 64, "b" * 64)
_RATES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001)
_BATCHES = (16, 32, 64, 128)
_DROPOUTS = (0.0, 0.1, 0.2, 0.3, 0.5)


def make_run_folders(real: Path, runs_dir: Path, count: int) -> None:
    """Create `count` run folders in `runs_dir`, which must not exist, from a real run on dense.

    Two data sets, and a grid of learning rates, batch sizes, dropouts and units; three seeds each.
    All text files are of their own, the others are links to those of the real run.
    """
    runs_dir.mkdir(parents=True)
    record = read_run(real)
    started = datetime(2026, 1, 1, tzinfo=UTC)
    for at, experiment in enumerate(islice(_experiments(record), count)):
        _make(record, runs_dir, experiment, _DATA[at % 2], started + at * timedelta(seconds=7))


def _experiments(record: RunRecord) -> Any:
    """Yield the experiments: two of each, one for each data set."""
    for units in range(8, 10_000_000, 8):
        for rate, batch, dropout, seed in product(_RATES, _BATCHES, _DROPOUTS, range(SEEDS)):
            experiment = record.experiment.with_settings(seed=seed, batch_size=batch)
            architecture, optimizer = experiment.architecture, experiment.optimizer
            dense = {**architecture.parameters, "units": [units], "dropout": dropout}
            adam = {**optimizer.parameters, "learning_rate": rate}
            made = replace(
                experiment,
                architecture=replace(architecture, parameters=dense, defaulted=_ACTIVATION),
                optimizer=replace(
                    optimizer,
                    parameters=adam,
                    defaulted=optimizer.defaulted - {"learning_rate"},
                ),
            )
            yield made
            yield made


_ACTIVATION = frozenset({"activation"})


def _make(
    record: RunRecord, runs_dir: Path, experiment: Experiment, data: str, now: datetime
) -> None:
    environment = json.loads((record.folder / "environment.json").read_text(encoding="utf-8"))
    owners = record.environment.owners()
    environment |= {
        "identity": experiment.identity(data, owners),
        "group": experiment.group().identity(data, owners),
        "identity_without_epochs": identity_without_epochs(experiment, data, owners),
        "started": now.isoformat(timespec="microseconds"),
        "place": int(now.timestamp() * 1_000_000),
    }
    environment["data"]["hash"] = data
    specs = experiment.components()
    for installed, spec in zip(environment["components"], specs, strict=True):
        installed["defaulted"] = sorted(spec.defaulted)
    drawn = random.Random(environment["identity"])
    epochs = experiment.settings.epochs
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    values = [[drawn.random() for _ in names] for _ in range(epochs)]
    metrics = json.loads((record.folder / "metrics.json").read_text(encoding="utf-8"))
    metrics["last_epoch"] = dict(zip(names, values[-1], strict=True))
    metrics["test"] = {"loss": drawn.random(), "accuracy": drawn.random()}
    history = [("epoch", *names), *((at, *row) for at, row in enumerate(values, start=1))]
    times = [("epoch", "seconds"), *((at, 0.125) for at in range(1, epochs + 1))]
    texts = (
        experiment.to_toml(),
        json.dumps(environment, indent=2) + "\n",
        _csv(history),
        _csv(times),
        json.dumps(metrics, indent=2) + "\n",
    )
    folder = runs_dir / f"{now:{TIME_FORMAT}}-{environment['identity'][:8]}"
    folder.mkdir()
    for name, text in zip(_WRITTEN, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    for file in record.folder.iterdir():
        if file.name not in _WRITTEN and file.is_file():
            os.link(file, folder / file.name)


def _csv(rows: "list[tuple[Any, ...]]") -> str:
    return "".join(f"{','.join(map(str, row))}\n" for row in rows)
