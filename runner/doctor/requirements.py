"""What installed distributions ask of zookit in their metadata, beside the plugins they offer."""

from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distributions, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from zookit.core.errors import did_you_mean
from zookit.doctor.finding import Finding

_FAMILY = "zookit."

Offering = Mapping[str, Distribution]
"""Distributions by name in the form that compares equal."""


def offering_distributions() -> Offering:
    """The distributions that declare something in a group of zookit's, the first of each name."""
    offering: dict[str, Distribution] = {}
    for distribution in distributions():
        try:
            if _FAMILY in (distribution.read_text("entry_points.txt") or ""):
                list(distribution.entry_points)
                offering.setdefault(canonicalize_name(distribution.metadata["Name"]), distribution)
        except Exception:  # noqa: BLE001, S112 - the registry's problems tell of it
            continue
    return offering


def requirements_not_met(offering: Offering) -> dict[str, list[str]]:
    """What distributions require of zookit in vain, by the same names."""
    installed = version("zookit")
    return {
        name: [text for text in distribution.requires or () if not _is_met(text, installed)]
        for name, distribution in offering.items()
    }


def unknown_groups(offering: Offering, known: frozenset[str]) -> Iterator[Finding]:
    """The entry-point groups that would be zookit's, were they not misspelt or of a newer one."""
    for distribution in offering.values():
        groups = {point.group for point in distribution.entry_points}
        for group in sorted(each for each in groups - known if each.startswith(_FAMILY)):
            yield Finding(
                "unread",
                f"{distribution.name}=={distribution.version}: what it offers in {group!r} is not "
                f"found, as zookit knows no such group.{did_you_mean(group, known)}",
                "Upgrade zookit, or tell that package's author.",
            )


def _is_met(text: str, installed: str) -> bool:
    try:
        requirement = Requirement(text)
        concerns_us = canonicalize_name(requirement.name) == "zookit" and (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        )
    except ValueError:  # What cannot be understood is only told where it may be about zookit.
        return not text.lower().startswith("zookit")
    return not concerns_us or requirement.specifier.contains(installed, prereleases=True)
