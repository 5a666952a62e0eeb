"""What the runs of a sweep measure, as far as it is known before they are trained."""

from zookit.core import BadParameter, BrokenPlugin, NotInstalled, did_you_mean
from zookit.core.errors import quoted
from zookit.registry import Registry, default
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.space import Space
from zookit.training.resolve import build

_OWN = ("accuracy", "loss")
"""What every run measures."""


def check_measured(by: str, request: SweepRequest) -> None:
    """Raise BadParameter if no run of a sweep will measure what is to rank them.

    Raises ZookitError if the request is not valid. Nothing is checked if a parameter of a metric
    varies, on which its name may depend, or a metric cannot be imported.
    """
    if by in _OWN:
        return
    space = Space(request)
    if any(each.place.kind is Registry.metrics for each in space.components):
        return
    texts = [t for place in space.places if place.kind is Registry.metrics for t in place.texts]
    try:
        chosen = [build(default.metrics, each).spec.identifier for each in texts]
    except (BrokenPlugin, NotInstalled):
        return
    known = list(dict.fromkeys((*_OWN, *chosen)))
    if by not in known and not _is_old_name(by):
        add = f"--metric {by}" if by in default.metrics else "--metric"
        raise BadParameter(
            f"sweep: by is {quoted(by)}, but the runs measure only {' and '.join(known)}."
            f"{did_you_mean(by, known)} Add a metric with {add}, or remove --by."
        )


def _is_old_name(name: str) -> bool:
    """Return whether a metric had the name before; `compare` takes it for the new one."""
    if name not in default.metrics:
        return False
    entry = default.metrics[name]
    return name not in (entry.name, entry.full_name)
