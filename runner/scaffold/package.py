"""The package that `zookit new` creates: its files, and which names it can have."""

import builtins
import keyword
import os
import re
import symtable
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import version
from pathlib import Path

from zookit.core import BadParameter, FolderError
from zookit.core.data.writing import written_aside
from zookit.core.errors import quoted, reason_of
from zookit.registry import Registry, default
from zookit.registry.kind import Row
from zookit.scaffold.template import code_of, dependencies_of, filled, suffix_of

_PYTEST_NAMES = re.compile("[Tt]est|pytest|(setup|teardown)_")
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_INSTALLED = ("site-packages", "dist-packages")
"""The names of folders that installed packages are in; Debian has the second."""


@dataclass(frozen=True)
class Package:
    """A distribution with one plugin of each of these kinds."""

    name: str
    kinds: tuple[Row, ...]

    @property
    def module(self) -> str:
        """The name of the import package."""
        return self.name.replace("-", "_")

    @property
    def plugins(self) -> dict[Row, str]:
        """The plugins' names by kind. A single plugin has the package's name."""
        stem = self.module.removeprefix("zookit_")
        several = len(self.kinds) > 1
        return {kind: f"{stem}{suffix_of(kind) if several else ''}" for kind in self.kinds}

    def defined(self, kind: Row) -> str:
        """Return the name of the plugin's class or, for a command, of its function."""
        name = self.plugins[kind]
        return name if kind.base is None else "".join(map(str.capitalize, name.split("_")))

    def uses(self) -> tuple[str, ...]:
        """Return commands that use the package."""
        has = self.plugins
        dataset, architecture = Registry.datasets, Registry.architectures
        words = ["zookit run", has.get(dataset, "mnist"), has.get(architecture, "dense")]
        for kind, name in has.items():
            if kind.recorded and kind not in (dataset, architecture):
                words += [kind.option, name] if kind.option else [name]
            elif kind is Registry.listeners:
                words += [kind.option, name]
        words += [] if dataset in has else ["--data", "sample"]
        lines = [f"zookit check {self.name}", " ".join(words)]
        if Registry.exporters in has:
            lines.append(f"zookit export latest --to {has[Registry.exporters]}")
        for kind in (Registry.searches, Registry.launchers):
            if kind in has:
                of = "sweep -d mnist -a dense --vary batch_size=32,64 --data sample"
                lines.append(f"zookit {of} {kind.option} {has[kind]}")
        if Registry.commands in has:
            lines.append(f"zookit {has[Registry.commands]}")
        return tuple(lines)

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the path and the text of each file."""
        common = {
            "distribution": self.name,
            "module": self.module,
            "dependencies": ", ".join(f'"{each}"' for each in self._dependencies()),
            "entry_points": "\n".join(
                f'[project.entry-points."{kind.group}"]\n'
                f'{name} = "{self.module}.{name}:{self.defined(kind)}"\n'
                for kind, name in self.plugins.items()
            ),
            "offers": "\n".join(
                f"- the {kind.singular} `{name}`" for kind, name in self.plugins.items()
            ),
            "uses": "\n".join(self.uses()),
        }
        for path, template in {
            "pyproject.toml": "pyproject.toml",
            "README.md": "README.md",
            ".gitignore": "gitignore",
            f"src/{self.module}/__init__.py": "__init__.py",
            "tests/test_contract.py": "test_contract.py",
        }.items():
            yield path, filled(template, common)
        for kind, name in self.plugins.items():
            own = {"module": self.module, "name": name, "class_name": self.defined(kind)}
            code, tests = code_of(kind, own)
            yield f"src/{self.module}/{name}.py", code
            yield f"tests/test_{name}.py", tests

    def _dependencies(self) -> tuple[str, ...]:
        others = {each for kind in self.kinds for each in dependencies_of(kind)}
        series = ".".join(version("zookit").split(".")[:2])
        return *sorted(others), f"zookit>={series}"


def write(package: Package, into: Path, own_commands: Collection[str] = ()) -> Path:
    """Create the package's folder in `into`, completely or not at all, and return it.

    `own_commands` are the names of zookit's commands. Raises BadParameter if the package or one of
    its plugins cannot have its name; FolderError if the folder exists or cannot be created.
    """
    _check_spelling(package.name)
    if not into.is_dir():
        raise FolderError(
            f"the folder {into} does not exist. Create it, or choose another with --into."
        )
    folder = into / package.name
    if os.path.lexists(folder):
        raise FolderError(
            f"{folder} already exists and is not overwritten. Choose another name, or another "
            "folder with --into."
        )
    _check_module(package)
    for kind in package.kinds:
        _check_plugin(package, kind, own_commands)
    try:
        with written_aside(folder) as aside:
            for name, text in package.files():
                path = aside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be created: {error.strerror or reason_of(error)}. Choose another "
            "folder with --into."
        ) from None
    return folder


def _check_spelling(name: str) -> None:
    parent, plain = os.path.split(name.rstrip("/\\"))
    if parent:
        raise BadParameter(
            f"{quoted(name)} is a path, expected a name. Use: zookit new {plain} --into {parent}"
        )
    if not _NAME.fullmatch(name):
        near = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
        hint = f" Did you mean {near!r}?" if _NAME.fullmatch(near) else ""
        raise BadParameter(
            f"{quoted(name)} is not a valid package name.{hint} Use lower-case letters, digits, "
            "- and _, and begin with a letter."
        )


def _check_module(package: Package) -> None:
    """Raise BadParameter if no module can have that name, or another module has it."""
    if package.module == "zookit":
        why = "is zookit itself"
    elif keyword.iskeyword(package.module):
        why = "is a Python keyword, which cannot be imported"
    elif package.module in sys.stdlib_module_names:
        why = "is a module of the standard library"
    elif is_installed_module(package.module):
        why = "is a module that is already installed"
    else:
        return
    raise BadParameter(
        f"{package.module!r} {why}. Choose another name"
        + (", such as zookit-stripes." if "zookit" in package.name else f": zookit-{package.name}.")
    )


def is_installed_module(name: str) -> bool:
    """Return whether there is a module of that name where packages are installed.

    Folders beside the user's script or in the current folder do not count.
    """
    folders = [each for each in sys.path if Path(each).name in _INSTALLED]
    return PathFinder.find_spec(name, folders) is not None


def _check_plugin(package: Package, kind: Row, own_commands: Collection[str]) -> None:
    """Raise BadParameter if the plugin cannot have its name, or another plugin has it."""
    group, name = default.of(kind), package.plugins[kind]
    taken = (*group.entries(), *group.former_entries())
    owners = [entry.owner for entry in taken if entry.name == name]
    if kind is Registry.commands and name in own_commands:
        owners.append("zookit itself")
    test = f"tests/test_{name}.py"
    defined = package.defined(kind)
    if not name[0].isalpha():
        why = "which does not begin with a letter"
    elif keyword.iskeyword(name):
        why = "which is a Python keyword"
    elif owners:
        why = f"which {' and '.join(owners)} already offers"
    elif [path for path, _ in package.files()].count(test) > 1:
        why = f"whose test {test} would replace the contract tests"
    elif _PYTEST_NAMES.match(defined):
        why = f"but pytest would collect its {defined} as a test"
    elif defined in _needed(kind) | set(dir(builtins)):
        why = f"whose code or test uses the name {defined} for something else"
    else:
        return
    raise BadParameter(
        f"{package.name!r} would offer the {kind.singular} {name!r}, {why}. Choose another name."
    )


def _needed(kind: Row) -> set[str]:
    """The names that have another meaning where a plugin's code and tests use the plugin."""
    other = Package("zookit-other", (kind,))
    needed: set[str] = set()
    for path, text in other.files():
        if path.endswith(".py"):
            needed.update(_names_beside(other.defined(kind), symtable.symtable(text, path, "exec")))
    return needed


def _names_beside(name: str, scope: symtable.SymbolTable) -> Iterator[str]:
    """The other names in the module, and in the functions that use this name."""
    names = set(scope.get_identifiers())
    if name in names or scope.get_type() == "module":
        yield from names - {name}
    for inner in scope.get_children():
        yield from _names_beside(name, inner)
