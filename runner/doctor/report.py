"""The results of an examination."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from zookit.doctor.environment import Environment
from zookit.doctor.finding import Finding, State
from zookit.registry import Entry


@dataclass(frozen=True)
class PluginReport:
    """A plugin with its findings.

    `seconds` is how long its import took. `data` says where a data set's files are.
    """

    entry: Entry[Any]
    findings: tuple[Finding, ...]
    seconds: float | None = None
    data: dict[str, str] | None = None

    @property
    def state(self) -> State | Literal["works"]:
        """The state of the first finding, which is the one to fix first."""
        return self.findings[0].state if self.findings else "works"

    @property
    def ok(self) -> bool:
        """Whether it has no fault."""
        return not any(finding.is_fault for finding in self.findings)

    def plain(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "kind": self.entry.kind.plural,
            "name": self.entry.name,
            "full_name": self.entry.full_name,
            "owner": self.entry.owner,
            "defined_in": self.entry.location,
            "state": self.state,
            "ok": self.ok,
            "findings": [each.plain() for each in self.findings],
            "seconds": self.seconds,
            "data": self.data,
        }


@dataclass(frozen=True)
class Report:
    """The whole examination. `findings` are those that belong to no plugin."""

    environment: Environment
    plugins: tuple[PluginReport, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no fault."""
        faults = any(finding.is_fault for finding in self.findings)
        return not faults and all(plugin.ok for plugin in self.plugins)

    def plain(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "format": 1,
            "ok": self.ok,
            "environment": asdict(self.environment),
            "findings": [each.plain() for each in self.findings],
            "plugins": [each.plain() for each in self.plugins],
        }
