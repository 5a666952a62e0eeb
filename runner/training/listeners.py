"""Telling listeners of a run's life, each on its own and guarded."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import pluggy

from zookit.core import (
    BadExperiment,
    BrokenPlugin,
    ComponentSpec,
    Listener,
    Words,
    ZookitError,
    warn,
)
from zookit.core.errors import did_you_mean, reason_of, typed_reason_of
from zookit.core.hookspecs import RunHooks
from zookit.registry import default

if TYPE_CHECKING:
    import keras

VARIABLE = "ZOOKIT_WITH"
HOOKS = tuple(name for name in vars(RunHooks) if not name.startswith("_"))


@dataclass(frozen=True, eq=False)
class Listening:
    """One that listens to a run, alone in its pluggy manager.

    In a shared one an implementation that raises stops those after it. `name` is what messages
    call it, `full_name` the component's; a failure of an essential one is the run's.
    """

    name: str
    manager: pluggy.PluginManager
    full_name: str = ""
    every_batch: bool = False
    essential: bool = False

    @classmethod
    def to(cls, listener: object, name: str, **more: Any) -> "Listening":
        """Let an object with hooks listen.

        Raises BrokenPlugin where one of its hooks does not fit, or it has none.
        """
        manager = pluggy.PluginManager("zookit")
        manager.add_hookspecs(RunHooks)
        try:
            manager.register(listener)
            manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise BrokenPlugin(f"{name} {_misfit(manager, listener, error)}") from error
        heard = {caller.name for caller in manager.get_hookcallers(listener) or ()}
        unmarked = [
            hook for hook in HOOKS if hook not in heard and callable(getattr(listener, hook, None))
        ]
        if unmarked:
            raise BrokenPlugin(
                f"{name} has a method {unmarked[0]} that is not marked with @zookit.core.hookimpl, "
                "so it would never be called. Tell that package's author."
            )
        if heard.isdisjoint(HOOKS):
            raise BrokenPlugin(
                f"{name} listens to nothing: a {type(listener).__name__} has none of the hooks "
                f"{', '.join(HOOKS)}. Tell that package's author."
            )
        return cls(name, manager, **more)


def chosen(words: Iterable[str | Listener]) -> list[Listening]:
    """The listeners that are switched on, by words or as instances, and by ZOOKIT_WITH.

    Raises ZookitError where one cannot be: its name or parameters do not fit, its package is not
    installed, or its hooks are not those of a run.
    """
    now = [default.listeners.build(each) for each in words]
    everywhere = (Words.parse(each) for each in os.environ.get(VARIABLE, "").split())
    try:
        # Blocking is how one is switched off for once.
        always = [
            default.listeners.build(each)
            for each in everywhere
            if not default.listeners.is_blocked(each.name)
        ]
    except ZookitError as error:
        raise ZookitError(f"{VARIABLE}: {error}") from error
    # Words that a person gave now win over those of the environment.
    given = {each.spec.name for each in now}
    built = [*now, *(each for each in always if each.spec.name not in given)]
    names = [each.spec.name for each in built if each.spec.rebuildable]
    for name in names:
        if names.count(name) > 1:
            raise BadExperiment(f"listener {name!r} is named twice. Name it once.")
    return [set_up(each.component, each.spec, each.owner) for each in built]


class Listeners:
    """Those that listen to one run.

    A failure of an essential listener is the run's; any other's is reported with its name, once for
    each hook, and passed over.
    """

    def __init__(self, each: Sequence[Listening]) -> None:
        self._each = each
        self._reported: set[tuple[Listening, str]] = set()

    @property
    def every_batch(self) -> bool:
        """Whether one offers Keras callbacks that must see every batch."""
        return any(one.every_batch for one in self._each)

    def tell(self, hook: str, **arguments: Any) -> list[tuple[Listening, Any]]:
        """Call a hook of `RunHooks` on every listener and return what each returned."""
        answers: list[tuple[Listening, Any]] = []
        failure: Exception | None = None
        for one in self._each:
            try:
                answers += [(one, each) for each in getattr(one.manager.hook, hook)(**arguments)]
            # SystemExit: Rich means to end the program where its output is closed.
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a listener does
                if one.essential and isinstance(error, Exception):
                    failure = error
                    continue
                self._report(one, hook, error)
        if failure is not None:
            raise failure  # only now, so that the others have been told
        return answers

    def keras_callbacks(self, **arguments: Any) -> "list[keras.callbacks.Callback]":
        """What they offer to train with, each guarded."""
        guarded = []
        for one, offered in self.tell("keras_callbacks", **arguments):
            try:
                guarded += [_guarded(callback, one.name) for callback in offered]
            # What it offers may be a generator, whose code runs only now.
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a listener does
                self._report(one, "keras_callbacks", error)
        return guarded

    def _report(self, one: Listening, hook: str, error: BaseException) -> None:
        # A server that is away is away in every epoch.
        if (one, hook) not in self._reported:
            self._reported.add((one, hook))
            _tell_failure(one.name, hook, error)


def set_up(listener: Listener, named: ComponentSpec, owner: str | None) -> Listening:
    """A listener component, let listen to one run. Raises BrokenPlugin."""
    name = f"listener {named.short_name!r} of {owner or 'this program'}"
    try:
        listens, every_batch = listener.build(), listener.every_batch
        return Listening.to(listens, name, full_name=named.name, every_batch=every_batch)
    except BrokenPlugin:
        raise
    except (Exception, SystemExit) as error:
        raise BrokenPlugin(f"{name} cannot be set up: {typed_reason_of(error)}.") from error


def _guarded(callback: "keras.callbacks.Callback", name: str) -> "keras.callbacks.Callback":
    """The same callback, whose methods report what they raise; from then on it does nothing.

    Its class stays what it is, since Keras asks which methods are its own.
    """
    import keras

    if not isinstance(callback, keras.callbacks.Callback):
        raise TypeError(f"{callback!r} is not a keras.callbacks.Callback")
    failed = False

    def guard(method: Callable[..., Any], what: str) -> Callable[..., Any]:
        @wraps(method)  # which keeps Keras's mark on methods that nobody overrode
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal failed
            if failed:
                return None
            try:
                return method(*arguments, **named)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a listener does
                failed = True
                _tell_failure(name, what, error)
                return None

        return call

    # Those that Keras calls; what else begins with on_ is the callback's own affair.
    for what in dir(keras.callbacks.Callback):
        if what.startswith("on_") or what in ("set_model", "set_params"):
            setattr(callback, what, guard(getattr(callback, what), what))
    return callback


def _tell_failure(name: str, what: str, error: BaseException) -> None:
    warn(f"{name} failed in {what} and was passed over: {typed_reason_of(error)}")


def _misfit(
    manager: pluggy.PluginManager, listener: object, error: pluggy.PluginValidationError
) -> str:
    """What pluggy complains of, in a person's words."""
    marked = {name: manager.parse_hookimpl_opts(listener, name) for name in dir(listener)}
    meant = [options["specname"] or name for name, options in marked.items() if options]
    unknown = [name for name in meant if name not in HOOKS]
    if unknown:
        return (
            f"implements a hook {unknown[0]!r} that there is not."
            f"{did_you_mean(unknown[0], HOOKS)} The hooks are: {', '.join(HOOKS)}. Tell that "
            "package's author."
        )
    said = reason_of(error).partition("hookimpl definition: ")[2] or reason_of(error)
    return f"has a hook that does not fit: {said}. Tell that package's author."
