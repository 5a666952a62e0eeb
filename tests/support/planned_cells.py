"""Cells of a sweep, as they are planned, without their data being prepared."""

from zookit.runs.run import RunRecord
from zookit.sweeps.plan import PlannedCell


def cell_like(record: RunRecord, **values: str) -> PlannedCell:
    """Return the cell whose run a record is; `values` distinguish it."""
    environment = record.environment
    return PlannedCell(
        values or {"dataset": "mnist", "architecture": "dense", "seed": "0"},
        record.experiment,
        environment.data.hash,
        environment.owners(),
        environment.identity,
        validates=False,
    )
