"""What differs between the surroundings of two runs of one experiment."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from zookit.runs.environment import Environment

_NOT_DECIDING = ("steps_per_execution",)
"""Each step is the same one however many are run at once."""


def differences(then: Environment, now: Environment) -> tuple[str, ...]:
    """One line each: versions, owners of components, engine and data, with both values."""
    engines = (
        {name: value for name, value in asdict(each.engine).items() if name not in _NOT_DECIDING}
        for each in (then, now)
    )
    return (
        *_between(then.versions, now.versions),
        *_between(then.owners(), now.owners()),
        *_between(*engines),
        *_between({"data": then.data.hash[:16]}, {"data": now.data.hash[:16]}),
    )


def _between(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in {**then, **now}:
        before, after = then.get(name), now.get(name)
        if before != after:
            yield f"{name.replace('_', ' ')} {_shown(before)}, now {_shown(after)}"


def _shown(value: Any) -> str:
    return "none" if value in (None, {}, ()) else str(value)
