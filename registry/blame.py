"""Name the plugin, and its package, whose code raises an error."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from traceback import walk_tb
from types import FrameType
from typing import Any, NamedTuple

from zookit.core import BadParameter, BrokenPlugin, Component, ZookitError
from zookit.core.errors import quoted, reason_of, typed_reason_of
from zookit.registry import default
from zookit.registry.entry import Entry, report_to
from zookit.registry.frames import Frame, frames_of, module_of, place_in
from zookit.registry.names import FILE_MODULES

_OWN_CLASS = "Correct the class."
_NOTE = "zookit: "
"""How the notes begin that name a plugin."""


class Culprit(NamedTuple):
    """Whose code was called, with the line, and what to do about it."""

    plugin: str
    advice: str


def describe(component: Component, otherwise: str | None = None) -> str:
    """Return `callback 'name' of distribution==version`.

    If no entry point names its class, returns `otherwise`, by default the class.
    """
    entry = entry_of(component)
    if entry is not None:
        return _described(entry)
    return otherwise or f"{type(component).__module__}:{type(component).__qualname__}"


def name_of(component: Component) -> str:
    """Return the name that selects a component; its class if no entry point names it."""
    entry = entry_of(component)
    return type(component).__qualname__ if entry is None else entry.name


def entry_of(component: Component) -> Entry[Any] | None:
    """Return the entry that names the class of a component, if any."""
    entries = (entry for group in default.components() for entry in group.entries())
    return next((entry for entry in entries if entry.names(type(component))), None)


def advice_for(component: Component) -> str:
    """Return what to do about a mistake in a component's class: its author may be the user."""
    entry = entry_of(component)
    return _OWN_CLASS if entry is None else entry.advice


@contextmanager
def plugins_blamed(*components: Component) -> Iterator[None]:
    """Name the plugin whose code raises an error in this block.

    An exception stays what it is, with a note that names the plugin. What is not an Exception, such
    as SystemExit, would end the program in silence: it becomes BrokenPlugin, but Ctrl-C does not.

    Args:
        *components: components that may be no plugins, but classes of the user.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, ZookitError) or type(error) is KeyboardInterrupt:
            raise
        found = _culprit(error, components)
        if found is None:
            raise
        if not isinstance(error, Exception):
            raise BrokenPlugin(
                f"{found.plugin} ended the program: {typed_reason_of(error)}. {found.advice}"
            ) from error
        if not getattr(error, "__notes__", None):
            error.add_note(f"{_NOTE}{found.plugin} raised this error. {found.advice}")
        raise


def blamed_reason_of(error: BaseException) -> str:
    """Return an error in one line, with the plugin that `plugins_blamed` names."""
    if isinstance(error, ZookitError):
        return str(error)
    notes = (each.removeprefix(_NOTE) for each in getattr(error, "__notes__", ()))
    return " ".join(" ".join([f"{typed_reason_of(error)}.", *notes]).split())


@contextmanager
def values_refused(component: Component) -> Iterator[None]:
    """Report a ValueError of this block, which Keras raises too, as a wrong parameter.

    Raises BadParameter, which names the component, and the line in code that is not zookit's.
    """
    try:
        yield
    except ValueError as error:
        module, reason = type(component).__module__, reason_of(error)
        place = "" if module.startswith("zookit.") else place_in(error, module)
        where = f" ({place})." if place else ""
        reason = reason.removesuffix(".") if place else reason
        raise BadParameter(f"{name_of(component)}: {reason}{where}") from error


def check_returned(
    component: Component, method: str, value: object, expected: type, name: str
) -> None:
    """Raise BrokenPlugin if a method did not return an instance of `expected`, called `name`."""
    if not isinstance(value, expected):
        raise BrokenPlugin(
            f"{describe(component)}: {type(component).__qualname__}.{method} returned "
            f"{quoted(value)}, expected a {name}. {advice_for(component)}"
        )


def _culprit(error: BaseException, components: tuple[Component, ...]) -> Culprit | None:
    """Return the plugin whose code was called last, and the line; a command may end as it likes."""
    commands = {each.module for each in default.commands.entries()}
    frames = list(reversed(list(walk_tb(error.__traceback__))))
    if any(module_of(frame) in commands for frame, _ in frames):
        return None
    found = culprit(frames, components)
    if found and any(module_of(frame).startswith(FILE_MODULES) for frame, _ in frames):
        return found._replace(advice="Correct the file.")  # what it calls is called wrongly
    return found


def culprit(called: Sequence[Frame], components: Sequence[Component] = ()) -> Culprit | None:
    """Return the plugin whose code is in these frames, the last called first, and the line."""
    entries = [each for group in default.components() for each in group.entries()]
    own = {type(each).__module__: each for each in components}
    frames = frames_of(called, {*own, *(each.module for each in entries)})
    if not frames:
        return None
    frame, line = frames[0]
    place = f"{frame.f_code.co_qualname} ({frame.f_code.co_filename}:{line})"
    for frame, _ in frames:
        in_module = [each for each in entries if each.module == module_of(frame)]
        in_class = [each for each in in_module if _is_in_class(frame, each)]
        for found in (in_class, in_module):
            if len(found) == 1:
                return Culprit(f"{_described(found[0])}: {place}", found[0].advice)
    name = module_of(frames[0][0])
    package = name.partition(".")[0]
    of_package = [each for each in entries if each.module.partition(".")[0] == package]
    if of_package:
        owners = " or ".join(sorted({each.owner for each in of_package}))
        authors = sorted({each.declared.distribution for each in of_package})
        return Culprit(f"a plugin of {owners}: {place}", report_to(*authors))
    return Culprit(f"{describe(own[name]) if name in own else package}: {place}", _OWN_CLASS)


def _is_in_class(frame: FrameType, entry: Entry[Any]) -> bool:
    return frame.f_code.co_qualname.startswith(f"{entry.value.partition(':')[2]}.")


def _described(entry: Entry[Any]) -> str:
    return f"{entry.kind.singular} {entry.name!r} of {entry.owner}"
