"""Proposes other command lines for one that is not valid. Each proposal may be wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zookit.cli.foreign_words import (
    ARGUMENTS,
    COMMANDS,
    EXAMPLES,
    INSTEAD,
    NESTED,
    NOUNS,
    OPTIONS,
    WHY,
    Foreign,
)
from zookit.cli.given import Given, is_path, offered
from zookit.cli.run_name_repairs import is_component, is_data_set, of_run_names
from zookit.cli.run_repairs import (
    as_parameter,
    layers,
    of_options,
    of_run,
    own_folder,
    own_images,
)
from zookit.core import ZookitError
from zookit.core.alternatives import other_values, plain_text
from zookit.core.errors import folded, nearest_name


def repairs(given: Given, error: Exception) -> Iterator[list[str]]:
    """Yield other arguments for those that raised the error, the likeliest first."""
    plain = [part for each in given.arguments for part in _parts(plain_text(each))]
    if plain != list(given.arguments):
        yield plain
    if "--" in given.rest:
        yield given.with_rest([each for each in given.rest if each != "--"])
    if given.name is None:
        yield from _of_top(given, error)
    elif hasattr(given.subcommand, "commands"):
        yield from _of_offered(given)
    elif given.subcommand is None:
        yield from _of_command(given)
    else:
        if isinstance(error, ZookitError):
            yield from _of_meaning(given, error)
        else:
            yield from _of_syntax(given, error)
        yield from _of_offered(given)
        yield from _misplaced(given)
        yield from _of_another(given)


def kinds() -> list[str]:
    """Return the names of the kinds of plugins, as `zookit list` takes them."""
    from zookit.registry import default

    return [group.kind.plural for group in default.groups()]


def _parts(argument: str) -> list[str]:
    """Return an option and its value if a blank that is none for the shell joins them."""
    return argument.split(" ", 1) if argument.startswith("-") else [argument]


def _of_syntax(given: Given, error: Exception) -> Iterator[list[str]]:
    name = str(getattr(error, "option_name", ""))
    if hasattr(error, "possibilities"):
        yield from _of_option(given, name)
    elif name:
        yield from _without_value(given, name)
    elif getattr(error, "param", None) is not None:
        yield from _of_value(given, error.param)  # type: ignore[attr-defined]
    else:
        yield from _extra(given)


def _extra(given: Given) -> Iterator[list[str]]:
    """Propose that an argument too many is the value of an option, or that it is left out."""
    options = {name: each for name, each in given.options().items() if not each.is_flag}
    for name, option in options.items():
        found = given.value_of(option)
        if found is not None and found[2] in options and name in EXAMPLES:  # it has no value
            yield given.replaced(found[0], EXAMPLES[name], found[2])
    for at in given.positions()[:0:-1]:
        value = given.arguments[at]
        for name in ("--image", "--epochs", "--on", "--output", "--sheet"):
            fits = value.isdigit() if name in ("--image", "--epochs") else not value.isdigit()
            known = is_data_set(value) if name == "--on" else value.isdigit() or "." in value
            if name in options and fits and known:
                yield given.replaced(at, name, value)
    for at in given.positions()[:0:-1]:
        yield given.replaced(at)
    yield from _of_another(given)


def _of_another(given: Given) -> Iterator[list[str]]:
    """Propose the command to which the arguments may belong, or the help."""
    if "help" in [given.arguments[at] for at in given.positions()]:
        yield [given.name or "", "--help"]
    for at in given.positions() if given.name in ("list", "new") else []:
        if given.arguments[at] in NOUNS:
            yield given.replaced(at, NOUNS[given.arguments[at]])
    for each in INSTEAD.get(given.name or "", ()) if given.positions() else ():
        yield given.with_rest(given.rest, each)


def _of_meaning(given: Given, error: ZookitError) -> Iterator[list[str]]:
    if given.name == "run":
        yield from own_images(given, given.positions())
        yield from of_options(given)
        yield from _of_correction(given, error)
        yield from own_folder(given)
        yield from of_run(given)
    else:
        yield from _of_correction(given, error)
        if given.name == "show":
            yield from own_folder(given)
            found = given.value_of(given.options()["--on"])
            if found is not None:
                yield given.replaced(found[0], f"{found[1]}{EXAMPLES['--on']}")
        if "--runs-dir" in given.options():
            yield from of_run_names(given)


def _of_top(given: Given, error: Exception) -> Iterator[list[str]]:
    name = folded(str(getattr(error, "option_name", "")))
    if OPTIONS.get(name, Foreign()).instead == ("--version",):
        yield ["--version"]
    for at, each in enumerate(given.arguments):
        if each.startswith("-"):
            yield given.replaced(at, each.lstrip("-"))


def _of_command(given: Given) -> Iterator[list[str]]:
    name = given.name or ""
    known, rest = list(given.top.commands), given.rest
    if folded(name) == "help":
        yield [*rest[:1], "--help"]
    if folded(name) == "version":
        yield ["--version"]
    if rest and is_component(name):
        yield given.replaced(given.start - 1, "run", name)
    nearest = nearest_name(name, [*known, *COMMANDS, *WHY, *kinds()])
    if nearest in WHY:
        return
    if nearest in kinds():
        yield ["list", nearest]
    elif nearest:
        yield [*COMMANDS.get(nearest, nearest).split(), *rest]
    if rest:
        yield given.replaced(given.start - 1, "run", name)


def _of_option(given: Given, option: str) -> Iterator[list[str]]:
    name = option.partition("=")[0]
    at = next(
        (at for at, each in enumerate(given.arguments) if each.partition("=")[0] == name), None
    )
    if at is None:  # -epochs means -e -p -o ...
        for at, each in enumerate(given.arguments):
            if each.startswith(name) and not each.startswith("--"):
                yield given.replaced(at, f"-{each}")
        return
    equals = given.arguments[at].partition("=")[1]
    value = given.arguments[at].partition("=")[2] or "".join(given.arguments[at + 1 : at + 2])
    with_value = 1 if equals else 2  # arguments, if the option has a value
    foreign = OPTIONS.get(folded(name))
    if folded(name) == "summary":
        yield from layers(given, at)
    if given.name == "run" and value and not foreign:
        rest = given.replaced(at, count=with_value)
        yield from as_parameter(Given.of(given.top, rest), name.lstrip("-"), value)
    if foreign is None or foreign.instead:
        yield from _renamed(given, at, name, foreign)
    elif foreign.word:
        yield given.replaced(at, value, count=with_value)
    else:
        if foreign.takes_value and not value.startswith("-"):
            yield given.replaced(at, count=with_value)
        yield given.replaced(at)
    word = name.lstrip("-")
    words = [each for param in given.subcommand.params for each in offered(given, param)]
    if len(word) > 1 and nearest_name(word, words):
        yield given.replaced(at, word)


def _renamed(given: Given, at: int, name: str, foreign: Foreign | None) -> Iterator[list[str]]:
    """Propose the option that another tool calls by this name, or the nearest one."""
    _, equals, value = given.arguments[at].partition("=")
    nearest = nearest_name(name.lstrip("-"), [each.lstrip("-") for each in given.options()])
    for each in foreign.instead if foreign else (f"--{nearest}",) if nearest else ():
        if each.endswith("="):  # the parameter of a callback
            following = value or "".join(given.arguments[at + 1 : at + 2])
            yield given.replaced(at, f"{each}{following}", count=1 if equals else 2)
        yield given.replaced(at, f"{each}{equals}{value}")
        yield given.replaced(at, each)


def _without_value(given: Given, name: str) -> Iterator[list[str]]:
    """Propose a value for an option that has none."""
    option = given.options().get(name)
    known = [EXAMPLES[name]] if name in EXAMPLES else []
    known = ["report.html"] if (given.name, name) == ("report", "--output") else known
    for each in [*known, *(offered(given, option) if option is not None else [])][:1]:
        if name in given.arguments:
            yield given.replaced(given.arguments.index(name), name, each)


def _of_correction(given: Given, error: ZookitError) -> Iterator[list[str]]:
    if error.correction is None:
        return
    received, instead, key = (
        error.correction.received,
        error.correction.instead,
        error.correction.key,
    )
    if key:
        option = given.options().get(f"--{key.replace('_', '-')}")
        found = given.value_of(option) if option is not None else None
        if found is not None and found[2].startswith("--"):  # the next option
            yield given.replaced(found[0], instead, found[2])
        elif found is not None and not is_path(found[2]):
            yield given.replaced(found[0], f"{found[1]}{instead}")
        return
    for at, each in enumerate(given.arguments):
        if at >= given.start and (each == received or each.endswith(f"={received}")):
            yield given.replaced(at, f"{each.removesuffix(received)}{instead}")


def _of_value(given: Given, param: Any) -> Iterator[list[str]]:
    """Propose another value for an option, or one for an argument that is missing."""
    if param.param_type_name == "argument":
        for each in offered(given, param)[:3] or ARGUMENTS.get(given.name or "", ()):
            yield given.with_rest([each, *given.rest])
        return
    found = given.value_of(param)
    if found is None:  # a required option is missing
        choices = offered(given, param)
        for at in given.positions()[1:]:
            nearest = nearest_name(given.arguments[at], choices)
            if nearest:
                yield given.replaced(at, param.opts[0], nearest)
        for each in choices[:1]:
            yield given.with_rest([*given.rest, param.opts[0], each])
        return
    at, before, value = found
    for other in other_values(value, offered(given, param)):
        yield given.replaced(at, f"{before}{other}")
    if Path(value).suffix or Path(value).exists():
        yield given.replaced(at, value) if before else given.replaced(at - 1)
    if param.opts[0] in EXAMPLES and not before and given.name == "show":
        yield given.replaced(at, EXAMPLES[param.opts[0]])


def _of_offered(given: Given) -> Iterator[list[str]]:
    """Propose the nearest subcommand, or the nearest of the values that completion offers."""
    if given.name == "run":
        return
    if hasattr(given.subcommand, "commands"):
        known = [*given.subcommand.commands, *NESTED]
        for at in given.positions()[:1]:
            command = nearest_name(given.arguments[at], known)
            if command:
                yield given.replaced(at, NESTED.get(command, command))
        return
    params = [each for each in given.subcommand.params if each.param_type_name == "argument"]
    choices = [offered(given, each) for each in params]
    for at, names in zip(given.positions(), choices, strict=False):
        nearest = nearest_name(given.arguments[at], names)
        if nearest not in (None, given.arguments[at]):
            yield given.replaced(at, str(nearest))


def _misplaced(given: Given) -> Iterator[list[str]]:
    """Propose that an option goes on the other side of the command."""
    before = given.arguments[: given.start - 1]
    if before and before[0].startswith("-"):
        yield [given.name or "", *given.rest, *before]
    if "--no-plugin" in given.rest[:-1]:
        at = given.arguments.index("--no-plugin", given.start)
        yield [*given.arguments[at : at + 2], *given.replaced(at, count=2)]
