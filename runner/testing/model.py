"""The contract of installed models."""

from contextlib import suppress
from importlib.metadata import PathDistribution
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.version import InvalidVersion, Version

from zookit.core import ZookitError
from zookit.inference.rebuild import rebuild_model
from zookit.registry.installed_model import installed_model
from zookit.registry.names import canonical_name
from zookit.runs.models import card_of, read_model
from zookit.runs.private_values import private_values
from zookit.runs.run import RunRecord
from zookit.testing.check import ContractBroken, require
from zookit.testing.target import NotApplicable, Target


def is_a_finished_run(target: Target) -> None:
    """Its folder has the files of a finished run, each as RECORD lists it."""
    try:
        model = installed_model(target.entry)
        model.check_all()
        read_model(model)
    except ZookitError as error:
        raise ContractBroken(str(error)) from error


def has_a_card(target: Target) -> None:
    """It has a card, card.md, that describes it."""
    _run(target)
    try:
        text = card_of(installed_model(target.entry))
    except ZookitError as error:
        raise ContractBroken(str(error)) from error
    require(text.strip(), "card.md is empty")


def requires_its_plugins(target: Target) -> None:
    """Its package requires zookit and the packages of its components, as they trained it or newer.

    An older version may not have a component, or may compute something else.
    """
    packages = _run(target).environment.packages()
    required = _requirements(target)
    for owner in sorted(packages):
        name, _, version = owner.partition("==")
        if canonical_name(name) == target.entry.distribution:
            continue
        found = required.get(canonical_name(name))
        require(found is not None, f"its package does not require {name}")
        assert found is not None
        require(
            found.specifier.contains(version, prereleases=True),
            f"it was trained with {owner}, which its package excludes: it requires {found}",
        )
        require(
            any(_excludes_older(each, version) for each in found.specifier),
            f"it was trained with {owner}, but its package allows older versions: it requires "
            f"{found}",
        )


def _excludes_older(one: Specifier, version: str) -> bool:
    """Return whether a part of a specifier that contains a version contains no older one."""
    with suppress(InvalidVersion):
        bound = Version(one.version.removesuffix(".*"))
        return one.operator in (">=", "==", "~=", ">", "===") and bound >= _public(version)
    return False


def _public(version: str) -> Version:
    return Version(Version(version).public)


def names_no_other_place(target: Target) -> None:
    """It names no path of a machine, and no address with a password."""
    found = list(private_values(_run(target)))
    require(not found, f"it names places that others do not have: {'; '.join(found)}")


def answers_as_trained(target: Target) -> None:
    """Its model can be rebuilt with the installed plugins, and answers as when it was trained."""
    run = _run(target)
    try:
        rebuild_model(run)
    except ZookitError as error:
        raise ContractBroken(str(error)) from error


def _run(target: Target) -> RunRecord:
    try:
        return read_model(installed_model(target.entry))
    except ZookitError as error:
        raise NotApplicable(f"its run cannot be read: {error}") from error


def _requirements(target: Target) -> dict[str, Requirement]:
    """Return what the model's package requires without extras, by name, if it can be parsed."""
    found = {}
    for line in PathDistribution(Path(target.entry.declared.metadata)).requires or ():
        try:
            each = Requirement(line)
        except InvalidRequirement:
            continue
        if each.marker is not None and not each.marker.evaluate({"extra": ""}):
            continue
        found[canonical_name(each.name)] = each
    return found


CHECKS = (
    is_a_finished_run,
    has_a_card,
    requires_its_plugins,
    names_no_other_place,
    answers_as_trained,
)
