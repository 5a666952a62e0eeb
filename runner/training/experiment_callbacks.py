"""The Keras callbacks of an experiment, which know their run."""

from typing import TYPE_CHECKING

from zookit.core import BrokenPlugin, Callback, CallbackRun, Experiment, ZookitError
from zookit.core.calling import call_declared
from zookit.core.errors import reraise_interruption, typed_reason_of
from zookit.core.run_files import RunFiles
from zookit.registry.blame import advice_for, check_returned, describe
from zookit.registry.frames import place_in
from zookit.training.composition import Composition
from zookit.training.feeds import Feeds
from zookit.training.read_only_splits import read_only_splits

if TYPE_CHECKING:
    import keras


def build_callbacks(
    composition: Composition, experiment: Experiment, feeds: Feeds, run_files: RunFiles
) -> "tuple[keras.callbacks.Callback, ...]":
    """Build the Keras callbacks of a composition. `experiment` has all settings resolved.

    Raises BrokenPlugin if a component builds something else, or its `build` fails.
    """
    info, splits = composition.dataset.info, read_only_splits(feeds)
    return tuple(
        build_callback(
            callback,
            CallbackRun(
                experiment=experiment,
                class_names=info.class_names,
                image_shape=info.image_shape,
                splits=splits,
                run_files=run_files,
            ),
        )
        for callback in composition.callbacks
    )


def build_callback(callback: Callback, run: CallbackRun) -> "keras.callbacks.Callback":
    """Build a Keras callback for a run. Raises BrokenPlugin as `build_callbacks` does."""
    import keras

    try:
        built: object = call_declared(callback.build, run=run)
    except ZookitError:
        raise
    except BaseException as error:
        reraise_interruption(error)
        place = place_in(error, type(callback).__module__)
        reason = typed_reason_of(error).rstrip(".") + (f" at {place}" if place else "")
        raise BrokenPlugin(
            f"{describe(callback)}: build failed: {reason}. {advice_for(callback)}"
        ) from error
    name = "keras.callbacks.Callback"
    check_returned(callback, "build", built, keras.callbacks.Callback, name)
    return built
