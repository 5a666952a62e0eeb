"""The metrics that a run measured beside loss and accuracy."""

from zookit.runs.run import RunRecord


def directions(run: RunRecord) -> dict[str, bool]:
    """Return the names that the metrics are logged under, and whether a higher value is better."""
    pairs = zip(run.experiment.slots().items(), run.environment.components, strict=False)
    return {
        spec.identifier: installed.higher_is_better is not False
        for (slot, spec), installed in pairs
        if slot.startswith("metrics.")
    }
