"""What installed distributions require of zookit, and entry-point groups that it does not know."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version

from packaging.requirements import Requirement

from zookit.core.errors import did_you_mean
from zookit.doctor.finding import Finding
from zookit.registry.entry_points import parse_entry_points
from zookit.registry.metadata import Installed, installed
from zookit.registry.names import canonical_name

_FAMILY = "zookit."

Offering = Mapping[str, Installed]
"""Distributions by canonical name."""


def offering_distributions() -> Offering:
    """Return the distributions with entry points in groups of zookit, without shadowed copies."""
    found = (each for each in installed([_FAMILY], None) if isinstance(each, Installed))
    return {canonical_name(each.header.name): each for each in found}


def requirements_not_met(offering: Offering) -> dict[str, list[str]]:
    """Return, by distribution, the requirements that the installed zookit does not meet."""
    now = version("zookit")
    return {
        name: [text for text in each.header.requires if not _is_met(text, now)]
        for name, each in offering.items()
    }


def unknown_groups(offering: Offering, known: frozenset[str]) -> Iterator[Finding]:
    """Yield a finding for each entry-point group `zookit.*` that zookit does not know."""
    for each in offering.values():
        groups: set[str] = set()
        with suppress(ValueError):  # which the registry reports
            groups = {point.group for point in parse_entry_points(each.entry_points)}
        for group in sorted(group for group in groups - known if group.startswith(_FAMILY)):
            yield Finding(
                "unreadable",
                f"{each.header.name}=={each.header.version}: its entry points in {group!r} are "
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
