"""Where the runs are that the cells of a sweep start from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zookit.core import Choice, Range
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.starts import Starts
from zookit.training.options import INIT


def located(request: SweepRequest, starts: Starts) -> SweepRequest:
    """Return a request that names by its folder each run to start from.

    `latest`, or the start of a name, would mean another run once the sweep has trained some. Raises
    as `Starts.location` does.
    """
    if not any(each.name == INIT for each in request.vary) and INIT not in request.options:
        return request
    return replace(
        request,
        options=_placed(request.options, starts),
        vary=tuple(_varied(each, starts) for each in request.vary),
        exclude=tuple(_placed(each, starts) for each in request.exclude),
    )


def _varied(varied: Choice | Range, starts: Starts) -> Choice | Range:
    if varied.name != INIT or isinstance(varied, Range):
        return varied
    return replace(varied, values=tuple(_place(each, starts) for each in varied.values))


def _placed(values: Mapping[str, Any], starts: Starts) -> Mapping[str, Any]:
    return {
        name: _place(str(each), starts) if name == INIT else each for name, each in values.items()
    }


def _place(text: str, starts: Starts) -> str:
    """Return the place of a run or model; an empty text stands for none."""
    return starts.location(text) if text else text
