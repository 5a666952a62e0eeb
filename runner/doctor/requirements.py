"""What installed distributions require of zookit, and entry-point groups that it does not know."""

from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distributions, version

from packaging.requirements import Requirement

from zookit.core.errors import did_you_mean
from zookit.doctor.finding import Finding
from zookit.registry.names import canonical_name

_FAMILY = "zookit."

Offering = Mapping[str, Distribution]
"""Distributions by canonical name."""


def offering_distributions() -> Offering:
    """Return, for each name, the first distribution with entry points in zookit's groups."""
    offering: dict[str, Distribution] = {}
    for distribution in distributions():
        try:
            if _FAMILY in (distribution.read_text("entry_points.txt") or ""):
                list(distribution.entry_points)
                offering.setdefault(canonical_name(distribution.metadata["Name"]), distribution)
        except Exception:  # noqa: BLE001, S112 - the registry reports it
            continue
    return offering


def requirements_not_met(offering: Offering) -> dict[str, list[str]]:
    """Return, by distribution, the requirements that the installed zookit does not meet."""
    installed = version("zookit")
    return {
        name: [text for text in distribution.requires or () if not _is_met(text, installed)]
        for name, distribution in offering.items()
    }


def unknown_groups(offering: Offering, known: frozenset[str]) -> Iterator[Finding]:
    """Yield a finding for each entry-point group `zookit.*` that zookit does not know."""
    for distribution in offering.values():
        groups = {point.group for point in distribution.entry_points}
        for group in sorted(each for each in groups - known if each.startswith(_FAMILY)):
            yield Finding(
                "unreadable",
                f"{distribution.name}=={distribution.version}: its entry points in {group!r} are "
                f"ignored, because zookit has no such group.{did_you_mean(group, known)}",
                "Upgrade zookit, or report this to the plugin's author.",
            )


def _is_met(text: str, installed: str) -> bool:
    try:
        requirement = Requirement(text)
        is_about_zookit = canonical_name(requirement.name) == "zookit" and (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        )
    except ValueError:  # report an invalid requirement only if it may be about zookit
        return not text.lower().startswith("zookit")
    return not is_about_zookit or requirement.specifier.contains(installed, prereleases=True)
