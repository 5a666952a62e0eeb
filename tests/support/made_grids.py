"""Cells of sweeps whose runs are variants of one trained run."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from zookit.core.result import Status
from zookit.core.source import DataOrigin
from zookit.report.grid import SEED, GridCell, GridStatus
from zookit.runs.run import RunRecord
from zookit.runs.summary import RunSummary, summary_of


class GridMaker:
    """Makes cells from a trained run. Each has a folder of its own, which does not exist."""

    def __init__(self, run: RunRecord) -> None:
        self._run = run
        self._made = 0

    def __call__(
        self,
        words: Mapping[str, str],
        validation: float | None = 0.5,
        *,
        test: float = 0.5,
        seed: int = 0,
        status: GridStatus = "finished",
        reason: str = "",
    ) -> GridCell:
        """Make a cell. It has a run if it has finished or was pruned."""
        values = {"dataset": "mnist", "architecture": "dense", **words, SEED: str(seed)}
        run = None
        if status in ("finished", "pruned"):
            run = self._variant(values, validation, test, status)
        return GridCell(values=values, status=status, reason=reason, run=run)

    def _variant(
        self, values: Mapping[str, str], validation: float | None, test: float, status: Status
    ) -> RunSummary:
        self._made += 1
        run = self._run
        assert run.ending
        logged: dict[str, Any] = {"loss": 0.5, "accuracy": 0.5}
        if validation is not None:
            logged |= {"val_loss": 1 - validation, "val_accuracy": validation}
        tested = {"loss": 1 - test, "accuracy": test}
        ending = replace(run.ending, status=status, last_epoch=logged, test=tested)
        origin = values.get("data", "sample")
        dataset = f"{values['dataset']}{origin * (origin != 'sample')}".encode().hex()
        environment = replace(
            run.environment,
            data=replace(
                run.environment.data,
                hash=f"{dataset:0<64}"[:64],
                origin=cast(DataOrigin, origin),
            ),
            group=" ".join(f"{k}={v}" for k, v in values.items() if k != SEED),
            identity=" ".join(f"{k}={v}" for k, v in values.items()),
        )
        variant = replace(
            run,
            folder=Path.cwd() / "made runs" / f"20261122-{self._made:06}",
            experiment=run.experiment.with_settings(seed=int(values[SEED])),
            environment=environment,
            ending=ending,
        )
        return summary_of(variant)
