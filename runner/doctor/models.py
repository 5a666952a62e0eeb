"""Examines an installed model: its files, the run that it is, and the plugins that it needs."""

from collections.abc import Iterator
from typing import Any

from zookit.core import BrokenPlugin
from zookit.doctor.finding import Finding
from zookit.registry import Entry, Registry
from zookit.registry.installed_model import installed_model
from zookit.runs.models import read_model
from zookit.runs.run import RunRecord


def examine_model(entry: Entry[Any], registry: Registry) -> Iterator[Finding]:
    """Yield what is wrong with a model. Reads all its files, and imports no plugin."""
    try:
        model = installed_model(entry)
        model.check_all()
        run = read_model(model)
    except BrokenPlugin as error:
        # The doctor prints whose model it is next to the complaint.
        yield Finding("broken", error.complaint, error.advice)
        return
    yield from _missing(run, registry)


def _missing(run: RunRecord, registry: Registry) -> Iterator[Finding]:
    """Yield the packages that own the model's components and that are not installed."""
    known = [group for group in registry.components() if group.kind.recorded]
    owners = {
        owner
        for name, owner in run.environment.owners().items()
        if not any(name in group for group in known)
    }
    for owner in sorted(owners):
        yield Finding(
            "incomplete",
            f"was trained with {owner}, whose components are not installed, or blocked.",
            f"To use it: pip install {owner}",
        )
