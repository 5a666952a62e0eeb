"""Name the plugin, and its package, whose code raises an error."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from traceback import walk_tb
from types import FrameType
from typing import Any

from zookit.core import BadParameter, BrokenPlugin, Component, ZookitError
from zookit.core.errors import quoted, reason_of, typed_reason_of
from zookit.registry.entry import Entry
from zookit.registry.frames import Frame, frames_of, module_of
from zookit.registry.names import FILE_MODULES
from zookit.registry.registry import Registry


def describe(component: Component, registry: Registry, otherwise: str | None = None) -> str:
    """Return `callback 'name' of distribution==version`.

    If no entry point names its class, returns `otherwise`, by default the class.
    """
    entry = entry_of(component, registry)
    if entry is not None:
        return _described(entry)
    return otherwise or f"{type(component).__module__}:{type(component).__qualname__}"


def name_of(component: Component, registry: Registry) -> str:
    """Return the name that selects a component; its class if no entry point names it."""
    entry = entry_of(component, registry)
    return type(component).__qualname__ if entry is None else entry.name


def entry_of(component: Component, registry: Registry) -> Entry[Any] | None:
    """Return the entry that names the class of a component, if any."""
    entries = (entry for group in registry.components() for entry in group.entries())
    return next((entry for entry in entries if entry.names(type(component))), None)


@contextmanager
def plugins_blamed(registry: Registry, *components: Component) -> Iterator[None]:
    """Name the plugin whose code raises an error in this block.

    An exception stays what it is, with a note that names the plugin. What is not an Exception, such
    as SystemExit, would end the program in silence: it becomes BrokenPlugin, but Ctrl-C does not.

    Args:
        registry: where to look the plugin up.
        *components: components that may be no plugins, but classes of the user.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, ZookitError) or type(error) is KeyboardInterrupt:
            raise
        owner = _culprit(error, registry, components)
        if owner is None:
            raise
        if not isinstance(error, Exception):
            raise BrokenPlugin(
                f"{owner} ended the program: {typed_reason_of(error)}. {_advice(error)}"
            ) from error
        if not getattr(error, "__notes__", None):
            error.add_note(f"zookit: {owner} raised this error. {_advice(error)}")
        raise


@contextmanager
def values_refused(component: Component, registry: Registry) -> Iterator[None]:
    """Report a ValueError of this block, which Keras raises too, as a wrong parameter.

    Raises BadParameter, which names the component.
    """
    try:
        yield
    except ValueError as error:
        raise BadParameter(f"{name_of(component, registry)}: {reason_of(error)}") from None


def check_returned(
    component: Component,
    method: str,
    value: object,
    expected: type,
    name: str,
    registry: Registry,
) -> None:
    """Raise BrokenPlugin if a method did not return an instance of `expected`, called `name`."""
    if not isinstance(value, expected):
        advice = _advice_on(type(component).__module__)
        raise BrokenPlugin(
            f"{describe(component, registry)}: {type(component).__qualname__}.{method} returned "
            f"{quoted(value)}, expected a {name}. {advice}"
        )


def _advice(error: BaseException) -> str:
    """Return what to do about an error of a plugin: what the user's own file calls is theirs."""
    modules = [module_of(frame) for frame, _ in walk_tb(error.__traceback__)]
    return _advice_on(next((each for each in modules if each.startswith(FILE_MODULES)), ""))


def _advice_on(module: str) -> str:
    if module.startswith(FILE_MODULES):
        return "Correct the file."
    return "Report this to the author of the package."


def _culprit(
    error: BaseException, registry: Registry, components: tuple[Component, ...]
) -> str | None:
    """Return the plugin whose code was called last, and the line; a command may end as it likes."""
    commands = {each.module for each in registry.commands.entries()}
    frames = list(reversed(list(walk_tb(error.__traceback__))))
    if any(module_of(frame) in commands for frame, _ in frames):
        return None
    return culprit(frames, registry, components)


def culprit(
    called: Sequence[Frame], registry: Registry, components: Sequence[Component] = ()
) -> str | None:
    """Return the plugin and the line whose code is in these frames, the last called first."""
    entries = [each for group in registry.components() for each in group.entries()]
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
                return f"{_described(found[0])}: {place}"
    name = module_of(frames[0][0])
    package = name.partition(".")[0]
    owners = {each.owner for each in entries if each.module.partition(".")[0] == package}
    if owners:
        return f"a plugin of {' or '.join(sorted(owners))}: {place}"
    return f"{describe(own[name], registry) if name in own else package}: {place}"


def _is_in_class(frame: FrameType, entry: Entry[Any]) -> bool:
    return frame.f_code.co_qualname.startswith(f"{entry.value.partition(':')[2]}.")


def _described(entry: Entry[Any]) -> str:
    return f"{entry.kind.singular} {entry.name!r} of {entry.owner}"
