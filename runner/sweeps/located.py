"""Where the runs are that the cells of a sweep start from."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from zookit.core import Choice, Range
from zookit.sweeps.request import SweepRequest
from zookit.training.initial_weights import location_of
from zookit.training.options import INIT


def located(request: SweepRequest, runs_dir: Path) -> SweepRequest:
    """Return a request that names by its folder each run to start from.

    `latest`, or the start of a name, would mean another run once the sweep has trained some. Raises
    BadRun if there is no such run or model.
    """
    if not any(each.name == INIT for each in request.vary) and INIT not in request.options:
        return request
    return replace(
        request,
        options=_placed(request.options, runs_dir),
        vary=tuple(_varied(each, runs_dir) for each in request.vary),
        exclude=tuple(_placed(each, runs_dir) for each in request.exclude),
    )


def _varied(varied: Choice | Range, runs_dir: Path) -> Choice | Range:
    if varied.name != INIT or isinstance(varied, Range):
        return varied
    return replace(varied, values=tuple(_place(each, runs_dir) for each in varied.values))


def _placed(values: Mapping[str, Any], runs_dir: Path) -> Mapping[str, Any]:
    return {
        name: _place(str(each), runs_dir) if name == INIT else each for name, each in values.items()
    }


def _place(text: str, runs_dir: Path) -> str:
    """Return the place of a run or model; an empty text stands for none."""
    return location_of(text, runs_dir) if text else text
