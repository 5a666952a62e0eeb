"""What comes before a model can be built: the data, and TensorFlow."""

from collections.abc import Iterator
from contextlib import contextmanager

from zookit.core.progress import silent
from zookit.data.prepared import Prepared, prepare
from zookit.modeling.reseeding import reseeding_noticed
from zookit.modeling.runtime import out_of_memory_reported, start_runtime
from zookit.modeling.tensorflow_import import importing_keras
from zookit.registry.blame import plugins_blamed
from zookit.runs.environment import Runtime
from zookit.terminal import bar, waiting
from zookit.training.composition import Composition
from zookit.training.feeds import Feeds, make_feeds


def prepare_data(composition: Composition, *, quiet: bool) -> tuple[Prepared, Feeds]:
    """Prepare the data of a composition while TensorFlow is imported in another thread.

    Shows progress unless `quiet`. Raises DataError or BadExperiment, as `prepare` and `make_feeds`
    do.
    """
    spec, class_names = composition.experiment.dataset, composition.dataset.info.class_names
    with importing_keras() as importing:
        prepared = prepare(
            composition.dataset,
            composition.experiment.settings.data,
            spec.short_name,
            composition.owners.get(spec.name, ""),
            silent if quiet else bar,
            found=importing.start,
        )
        with waiting("starting TensorFlow", quiet=quiet):
            importing.wait()
    settings = composition.experiment.settings
    return prepared, make_feeds(prepared.splits, settings, class_names, prepared.copies)


@contextmanager
def started_runtime(composition: Composition, replay: Runtime | None = None) -> Iterator[Runtime]:
    """Start TensorFlow as a composition needs it, or as it was for `replay`, and end it again.

    In between, errors and changed seeds are blamed on the composition's own components, and too
    little memory is reported in words.
    """
    settings, own = composition.experiment.settings, composition.unregistered()
    with (
        plugins_blamed(*own),
        start_runtime(
            precision=settings.precision,
            preference=composition.preference,
            threads=settings.threads,
            xla=None if replay is None else replay.xla,
        ) as runtime,
        reseeding_noticed(*own),
        out_of_memory_reported(),
    ):
        yield runtime
