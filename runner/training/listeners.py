"""Calls the listeners' hooks during a run; a listener that fails does not stop the run."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import pluggy

from zookit.core import BadExperiment, BrokenPlugin, Listener, Words, ZookitError, warn
from zookit.core.errors import did_you_mean, reason_of, reraise_interruption, typed_reason_of
from zookit.core.hookspecs import RunHooks
from zookit.registry import Built, default
from zookit.registry.built import warn_of_old_names

if TYPE_CHECKING:
    import keras

VARIABLE = "ZOOKIT_WITH"
HOOKS = tuple(name for name in vars(RunHooks) if not name.startswith("_"))


@dataclass(frozen=True, eq=False)
class AttachedListener:
    """A listener of one run, in a pluggy manager of its own.

    With a shared manager, an implementation that raises would stop those after it. `name` is used
    in messages, `full_name` is the component's. An error of an essential listener fails the run.
    """

    name: str
    manager: pluggy.PluginManager
    full_name: str = ""
    every_batch: bool = False
    essential: bool = False

    @classmethod
    def attach(cls, listener: object, name: str, **more: Any) -> "AttachedListener":
        """Attach an object that implements hooks.

        Raises BrokenPlugin if it implements none, or a hook is unknown or has a wrong signature.
        """
        manager = pluggy.PluginManager("zookit")
        manager.add_hookspecs(RunHooks)
        try:
            manager.register(listener)
            manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise BrokenPlugin(f"{name} {_misfit(manager, listener, error)}") from error
        implemented = {caller.name for caller in manager.get_hookcallers(listener) or ()}
        unmarked = [
            hook
            for hook in HOOKS
            if hook not in implemented and callable(getattr(listener, hook, None))
        ]
        if unmarked:
            raise BrokenPlugin(
                f"{name}: method {unmarked[0]} is not marked with @zookit.core.hookimpl, so it "
                "would never be called. Report this to the plugin's author."
            )
        if implemented.isdisjoint(HOOKS):
            raise BrokenPlugin(
                f"{name}: {type(listener).__name__} implements no hook. Expected at least one of "
                f"{', '.join(HOOKS)}. Report this to the plugin's author."
            )
        return cls(name, manager, **more)


def select_listeners(given: Iterable[str | Listener]) -> list[AttachedListener]:
    """Attach the listeners that are given by words or as instances, and those in ZOOKIT_WITH.

    Raises ZookitError if a name is unknown, a parameter is not valid, a package is not installed,
    or a listener implements no valid hook.
    """
    listed = list(given)
    return attach_listeners([*listed, *_everywhere(listed)])


def attach_listeners(given: Iterable[str | Listener]) -> list[AttachedListener]:
    """Attach the listeners that are given. Raises ZookitError as `select_listeners` does."""
    built = _built(given)
    warn_of_old_names(*built)
    return [attach_component(each) for each in built]


def listener_words(given: Iterable[str]) -> tuple[str, ...]:
    """Return the words of all listeners that `select_listeners` attaches.

    Raises ZookitError if a name is unknown, a parameter is not valid, or a package is not
    installed.
    """
    words = tuple(given)
    words += tuple(_everywhere(words))
    _built(words)
    return words


def _everywhere(given: Iterable[str | Listener]) -> list[str]:
    """Return the words in ZOOKIT_WITH of the listeners that are not given for this run."""
    names = {default.listeners.build(each).spec.name for each in given}
    try:
        found = [
            (text, default.listeners.build(text).spec.name)
            for text in os.environ.get(VARIABLE, "").split()
            # --no-plugin switches one of them off for one run.
            if not default.listeners.is_blocked(Words.parse(text).name)
        ]
    except ZookitError as error:
        raise ZookitError(f"{VARIABLE}: {error}") from error
    return [text for text, name in found if name not in names]


def _built(given: Iterable[str | Listener]) -> list[Built[Listener]]:
    built = [default.listeners.build(each) for each in given]
    registered = [each.spec.name for each in built if each.spec.registered]
    for name in registered:
        if registered.count(name) > 1:
            raise BadExperiment(f"listener {name!r} is given twice. Pass it once.")
    return built


def attach_component(built: Built[Listener]) -> AttachedListener:
    """Attach a listener component. Raises BrokenPlugin."""
    name = f"listener {built.spec.short_name!r} of {built.owner or 'this program'}"
    try:
        return AttachedListener.attach(
            built.component.build(),
            name,
            full_name=built.spec.name,
            every_batch=built.component.every_batch,
        )
    except BrokenPlugin:
        raise
    except BaseException as error:
        reraise_interruption(error)
        raise BrokenPlugin(f"{name} cannot be set up: {typed_reason_of(error)}.") from error


class Listeners:
    """The listeners of one run.

    An error of an essential listener fails the run. Any other listener's error is reported with its
    name, once for each hook, and the run continues.
    """

    def __init__(self, attached: Sequence[AttachedListener]) -> None:
        self._attached = attached
        self._reported: set[tuple[AttachedListener, str]] = set()

    @property
    def every_batch(self) -> bool:
        """Whether a listener offers Keras callbacks that must see every batch."""
        return any(each.every_batch for each in self._attached)

    def notify(self, hook: str, **arguments: Any) -> list[tuple[AttachedListener, Any]]:
        """Call a hook of `RunHooks` on every listener; return each listener and its result."""
        results: list[tuple[AttachedListener, Any]] = []
        failure: Exception | None = None
        for listener in self._attached:
            try:
                returned = getattr(listener.manager.hook, hook)(**arguments)
                results += [(listener, each) for each in returned]
            except BaseException as error:  # noqa: BLE001 - any error of a listener
                reraise_interruption(error)
                if listener.essential and isinstance(error, Exception):
                    failure = error
                    continue
                self._report(listener, hook, error)
        if failure is not None:
            raise failure  # at the end, so that the other listeners are called first
        return results

    def keras_callbacks(self, **arguments: Any) -> "list[keras.callbacks.Callback]":
        """Return the Keras callbacks that the listeners offer, each guarded."""
        guarded = []
        for listener, offered in self.notify("keras_callbacks", **arguments):
            try:
                guarded += [_guard(callback, listener.name) for callback in offered]
            # It may be a generator, whose code runs only now.
            except BaseException as error:  # noqa: BLE001 - any error of a listener
                reraise_interruption(error)
                self._report(listener, "keras_callbacks", error)
        return guarded

    def _report(self, listener: AttachedListener, hook: str, error: BaseException) -> None:
        # A server that cannot be reached would be reported in every epoch.
        if (listener, hook) not in self._reported:
            self._reported.add((listener, hook))
            _warn_of_failure(listener.name, hook, error)


def _guard(callback: "keras.callbacks.Callback", name: str) -> "keras.callbacks.Callback":
    """Return the same callback with methods that report errors; after one it does nothing more.

    Its class stays the same, because Keras checks which methods are overridden.
    """
    import keras

    if not isinstance(callback, keras.callbacks.Callback):
        raise TypeError(f"{callback!r} is not a keras.callbacks.Callback")
    failed = False

    def guard(method: Callable[..., Any], hook: str) -> Callable[..., Any]:
        @wraps(method)  # keeps Keras's mark on methods that are not overridden
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal failed
            if failed:
                return None
            try:
                return method(*arguments, **named)
            except BaseException as error:  # noqa: BLE001 - any error of a listener
                reraise_interruption(error)
                failed = True
                _warn_of_failure(name, hook, error)
                return None

        return call

    # Only what Keras calls; other methods that begin with on_ belong to the callback.
    for hook in dir(keras.callbacks.Callback):
        if hook.startswith("on_") or hook in ("set_model", "set_params"):
            setattr(callback, hook, guard(getattr(callback, hook), hook))
    return callback


def _warn_of_failure(name: str, hook: str, error: BaseException) -> None:
    warn(f"{name} failed in {hook} and is ignored: {typed_reason_of(error)}")


def _misfit(
    manager: pluggy.PluginManager, listener: object, error: pluggy.PluginValidationError
) -> str:
    """Return pluggy's complaint in plain words."""
    marked = {name: manager.parse_hookimpl_opts(listener, name) for name in dir(listener)}
    implemented = [options["specname"] or name for name, options in marked.items() if options]
    unknown = [name for name in implemented if name not in HOOKS]
    if unknown:
        return (
            f"implements an unknown hook {unknown[0]!r}.{did_you_mean(unknown[0], HOOKS)} The "
            f"hooks are: {', '.join(HOOKS)}. Report this to the plugin's author."
        )
    reason = reason_of(error).partition("hookimpl definition: ")[2] or reason_of(error)
    return f"has a hook with a wrong signature: {reason}. Report this to the plugin's author."
