"""The differences between the environments of two runs of one experiment."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from zookit.runs.environment import Environment

_NOT_DECIDING = ("steps_per_execution",)
"""Results do not depend on them."""


def environment_diff(then: Environment, now: Environment) -> tuple[str, ...]:
    """Return one line for each version, owner, code, runtime setting and data hash that differs."""
    runtimes = (
        {
            name.replace("_", " "): value
            for name, value in asdict(each.runtime).items()
            if name not in _NOT_DECIDING
        }
        for each in (then, now)
    )
    return (
        *_between(then.versions, now.versions),
        *_between(then.owners(), now.owners()),
        *_code(then, now),
        *_between(*runtimes),
        *_between({"data": then.data.hash[:16]}, {"data": now.data.hash[:16]}),
    )


def _code(then: Environment, now: Environment) -> Iterator[str]:
    before = {each.name: each for each in then.components}
    for each in now.components:
        old = before.get(each.name, each)
        if old.owner == each.owner and old.code and each.code and old.code != each.code:
            yield f"code of {each.name} ({each.owner}) {old.code[:8]}, now {each.code[:8]}"


def _between(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in {**then, **now}:
        before, after = then.get(name), now.get(name)
        if before != after:
            yield f"{name} {_shown(before)}, now {_shown(after)}"


def _shown(value: Any) -> str:
    return "none" if value in (None, {}, ()) else str(value)
