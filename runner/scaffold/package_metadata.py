"""The metadata of a model package: its name, version, licence and description."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.version import InvalidVersion, Version

from zookit.core import BadParameter
from zookit.core.errors import quoted
from zookit.core.messages import option, with_article
from zookit.registry import Registry, default
from zookit.registry.names import model_folder
from zookit.runs.naming import LATEST
from zookit.scaffold.package import is_installed_module

GROUP = Registry.models.group
"""The entry points whose names are models, and whose values are the folders with their files."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME, _LONGEST_DESCRIPTION = 100, 300


@dataclass(frozen=True)
class PackageMetadata:
    """The name, the version, the licence and the description of a model package.

    `name` is the distribution's, in lower case, with `-` between its words. `version` follows PEP
    440, `license` is an SPDX expression, and `description` is one line; all are made canonical.

    Raises:
        BadParameter: one of them is not valid, or the name is taken.
    """

    name: str
    version: str
    license: str
    description: str

    def __post_init__(self) -> None:
        for each, check in CHECKS.items():
            given = getattr(self, each)
            if not isinstance(given, str):
                raise BadParameter(f"{each} must be text, got {quoted(given)}.")
            object.__setattr__(self, each, check(given))

    @property
    def model(self) -> str:
        """The name of the model, which is also that of its folder in the wheel."""
        return model_folder(self.name)


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        near = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME]
        hint = f" Did you mean {near!r}?" if _NAME.fullmatch(near) else ""
        raise BadParameter(
            f"{quoted(name)} is not a valid package name.{hint} Use up to {_LONGEST_NAME} "
            "lower-case letters, digits and -, and begin with a letter."
        )
    why = _why_taken(name, model_folder(name))
    if why:
        raise BadParameter(
            f"{name!r} {why}. Choose another name with {option('--name', 'name')}, such as "
            f"my-{name}."
        )
    return name


def _why_taken(name: str, model: str) -> str:
    """Return why a package and its model cannot have these names; empty if they can."""
    if model in ("zookit", LATEST):
        return "is a reserved name"
    if model in sys.stdlib_module_names:
        return "is a module of the standard library"
    for group in default.components():
        if model in group:
            return f"is {with_article(group.kind.singular)} of {group[model].owner}"
    models = default.models.entries()
    others = {each.owner for each in models if each.name == model and each.distribution != name}
    if others:
        return f"is a model of {' and '.join(sorted(others))}"
    # What an earlier version of the package itself has is installed too.
    if not any(each.name == model for each in models) and _is_installed(name, model):
        return "is the name of an installed package or module"
    return ""


def _is_installed(name: str, module: str) -> bool:
    """Return whether a distribution or a module of that name is installed."""
    try:
        return is_installed_module(module) or bool(version(name))
    except PackageNotFoundError:
        return False


def _checked_version(text: str) -> str:
    try:
        parsed = Version(text)
    except InvalidVersion:
        example = f"{option('--version ', 'version=')}0.1.0"
        raise BadParameter(
            f"{quoted(text)} is not a version by PEP 440. Write {example}, for example."
        ) from None
    if parsed.local is not None:
        raise BadParameter(
            f"{quoted(text)} has a local part, which no index accepts. Write "
            f"{option('--version ', 'version=')}{parsed.public}."
        )
    return str(parsed)


def _checked_license(expression: str) -> str:
    try:
        return canonicalize_license_expression(expression)
    except InvalidLicenseExpression:
        raise BadParameter(
            f"{quoted(expression)} is not an SPDX licence expression. Write the identifier of a "
            "licence, such as MIT or CC-BY-4.0, or LicenseRef-NAME for terms of your own: "
            "https://spdx.org/licenses"
        ) from None


def _checked_description(description: str) -> str:
    text = description.strip()
    if not text or len(text) > _LONGEST_DESCRIPTION:
        raise BadParameter(
            f"the description has {len(text):,} characters, expected 1 to {_LONGEST_DESCRIPTION}."
        )
    if not text.isprintable():
        raise BadParameter(
            f"the description {quoted(text)} has more than one line, or control characters. Write "
            "one line."
        )
    return text


CHECKS: Mapping[str, Callable[[str], str]] = {
    "name": _checked_name,
    "version": _checked_version,
    "license": _checked_license,
    "description": _checked_description,
}
"""For each field what returns its canonical form, and raises BadParameter if it is not valid."""
