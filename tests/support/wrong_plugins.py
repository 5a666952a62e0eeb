"""Runs the checks of `zookit.testing` on plugins that are wrong on purpose."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from made_plugins import make_distribution

from zookit.registry import Registry
from zookit.testing import ContractBroken, NotApplicable, Target, checks_for, targets

MODULES = sorted(path.stem for path in (Path(__file__).parent / "wrong").glob("wrong_*.py"))
UNRELATED = '''
from dataclasses import dataclass

from zookit.core import Dataset


@dataclass(frozen=True)
class Unrelated(Dataset):
    """A broken data set of another package, which is no other plugin's fault."""

    @property
    def info(self):
        raise KeyError("no")

    def load(self, source):
        raise KeyError("no")
'''
SLOW = {
    "trains",
    "works during training",
    "exports to every format",
    "trains jobs to the end",
    "says how jobs end",
    "continues what was cancelled",
    "leaves nothing behind",
}
"""Take more than a second: only plugins that fail them are checked. tests/plugins/ has others."""


def plural_of(module: str) -> str:
    """Return the plural of the kind of a module's plugins."""
    return {"wrong_heavy": "architectures"}.get(module, module.removeprefix("wrong_"))


def entries(module: str) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """By plugin name: the class or function, and the names of the checks that it fails."""
    found: dict[str, tuple[Any, tuple[str, ...]]] = import_module(module).ENTRIES
    return found


def cases(module: str) -> list[Any]:
    """Return the plugin names of a module, those that fail no check of their own as slow cases.

    A check that several plugins fail is proved by the one that fails the fewest.
    """
    proved: set[str] = set()
    fast = set()
    for name, (_, failed) in sorted(entries(module).items(), key=lambda entry: len(entry[1][1])):
        if not failed or not proved.issuperset(failed):
            fast.add(name)
        proved.update(failed)
    return [
        pytest.param(name, marks=[] if name in fast else [pytest.mark.slow])
        for name in entries(module)
    ]


@contextmanager
def installed(folder: Path, module: str) -> Iterator[dict[str, Target]]:
    """Install a module's plugins in a folder on sys.path; yields them as targets, by name."""
    lines = [f"{name} = {module}:{_attribute(module, name)}" for name in entries(module)]
    distribution = module.replace("_", "-")
    make_distribution(folder, distribution, {f"zookit.{plural_of(module)}": "\n".join(lines)})
    point = {"zookit.datasets": "unrelated = unrelated:Unrelated"}
    make_distribution(folder, "zookit-unrelated", point, {"unrelated.py": UNRELATED})
    sys.path.insert(0, str(folder))
    try:
        found = targets(distribution, registry=Registry())
        yield {target.words.name: target for target in found}
    finally:
        sys.path.remove(str(folder))


def failed_checks(target: Target, right: Target) -> dict[str, str]:
    """Run all checks on a target; return the messages of those that fail, by their names."""
    failed = {}
    for check in checks_for(target):
        if check.name in SLOW and check.name not in _expected(target):
            continue
        try:
            check.run(target)
        except NotApplicable:
            continue
        except ContractBroken as error:
            failed[check.name] = str(error)
    return failed


def checks_of_wrong_plugins(module: str) -> Callable[[dict[str, Target], str], None]:
    """Return a test: a module's plugins fail the checks that `entries` names, and no others."""

    @pytest.mark.usefixtures("user_settings")
    @pytest.mark.parametrize("name", cases(module))
    def test(wrong: dict[str, Target], name: str) -> None:
        failed = failed_checks(wrong[name], wrong["right"])
        assert set(failed) == set(entries(module)[name][1]), failed
        assert all("The contract: " in message for message in failed.values())

    return test


def _expected(target: Target) -> tuple[str, ...]:
    return entries(target.kind.__module__)[target.words.name][1]


def _attribute(module: str, name: str) -> str:
    found = entries(module)[name][0]
    names = vars(import_module(module))
    return next(each for each, value in names.items() if value is found)
