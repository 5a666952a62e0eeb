"""`zookit uninstall`."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.run_argument import RUNS_DIR
from zookit.core import UnknownName, ZookitError
from zookit.core.errors import did_you_mean
from zookit.core.messages import counted, printable

if TYPE_CHECKING:
    from zookit.registry import Entry

_OWN = "zookit"
_SHOWN = 3


def _distributions() -> list[str]:
    from zookit.cli.packages import entries

    return sorted({each.declared.distribution for each in entries()} - {_OWN})


def uninstall(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Packages with plugins. What follows -- is passed on to pip, such as --yes.",
            autocompletion=_distributions,
        ),
    ],
) -> int:
    """Uninstall packages with plugins from this environment, with its own pip or with uv.

    Says first which plugins will be removed, and which runs in ./runs were made with them. The exit
    code is that of pip or uv.
    """
    from zookit.cli import packages  # --help does not need it

    chosen, options = packages.split_arguments(names)
    if not chosen:
        raise UnknownName(
            f"expected the name of a package before {' '.join(options)}, as in: zookit uninstall "
            "NAME -- --yes"
        )
    installed = packages.entries()
    going = [entry for each in chosen for entry in _offered(each, installed)]
    command = packages.tool("uninstall")
    print(f"Plugins to remove: {packages.by_kind(packages.plugins(going))}.")
    runs = _runs_with({entry.distribution for entry in going}, RUNS_DIR)
    if runs:
        shown = ", ".join(runs[-_SHOWN:]) + ", ..." * (len(runs) > _SHOWN)
        print(
            f"{counted(len(runs), 'run')} in {printable(RUNS_DIR)} cannot be rebuilt without "
            f"{'it' if len(chosen) == 1 else 'them'}: {shown}"
        )
    code = packages.call([*command, *chosen, *options])
    for line in packages.changes(packages.plugins(installed), packages.plugins(packages.entries())):
        print(line)
    return code


def _offered(package: str, installed: "Sequence[Entry[Any]]") -> "list[Entry[Any]]":
    """Return the plugins of a package. Raises UnknownName if it has none, or is zookit."""
    from zookit.registry.names import canonical_name

    pip = f"{sys.executable} -m pip uninstall {package}"
    if canonical_name(package) == _OWN:
        raise UnknownName(f"zookit does not uninstall itself. To remove it: {pip}")
    found = [each for each in installed if each.distribution == canonical_name(package)]
    if found:
        return found
    if package.endswith(".py"):
        raise UnknownName(
            f"{package} is a Python file, which is not installed. Take it out of ZOOKIT_PLUGINS."
        )
    for entry in installed:
        if entry.name == package and entry.distribution != _OWN:
            raise UnknownName(
                f"{package!r} is one of the {entry.kind.plural} of {entry.declared.distribution}. "
                f"To remove that package: zookit uninstall {entry.declared.distribution}"
            )
    offering = sorted({each.declared.distribution for each in installed} - {_OWN})
    raise UnknownName(
        f"no package named {package!r} with plugins is installed."
        f"{did_you_mean(package, offering)} Installed: {', '.join(offering) or 'none'}. For any "
        f"other package: {pip}"
    )


def _runs_with(distributions: Iterable[str], runs_dir: Path) -> list[str]:
    """Return the names of the runs with components of these distributions, the newest last.

    The distributions have their canonical names: what a run recorded may be spelled otherwise.
    """
    from zookit.registry.names import canonical_name
    from zookit.runs.listing import list_summaries

    with suppress(ZookitError):
        return [
            run.name
            for run in list_summaries(runs_dir)
            if any(
                canonical_name(owner.partition("==")[0]) in distributions
                for owner in run.owners.values()
            )
        ]
    return []
