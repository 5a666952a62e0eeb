"""`zookit run`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import words_of
from zookit.cli.component_options import chosen_components, with_component_options
from zookit.cli.shared_options import AllowWrites, ask_to_write
from zookit.cli.training_options import (
    AsJson,
    BatchSize,
    ClassWeights,
    Data,
    Epochs,
    Freeze,
    Init,
    Listeners,
    Normalize,
    Precision,
    Quiet,
    Seed,
    Threads,
    Validation,
    given_options,
    show_trained,
    training_view,
)
from zookit.core import BadExperiment

if TYPE_CHECKING:
    from zookit.training.composition import Composition


@with_component_options
def run(
    dataset: Annotated[
        str | None,
        typer.Argument(
            metavar="DATASET", help="The data set.", autocompletion=words_of("datasets")
        ),
    ] = None,
    architecture: Annotated[
        str | None,
        typer.Argument(
            metavar="ARCHITECTURE",
            help="The architecture.",
            autocompletion=words_of("architectures"),
        ),
    ] = None,
    callbacks: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CALLBACK]...",
            help="Any number of callbacks.",
            autocompletion=words_of("callbacks"),
        ),
    ] = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    components: dict[str, Any] = {},  # noqa: B006 - replaced by the options, and only read
    init: Init = None,
    freeze: Freeze = None,
    seed: Seed = None,
    validation: Validation = None,
    class_weights: ClassWeights = None,
    normalize: Normalize = None,
    precision: Precision = None,
    threads: Threads = None,
    data: Data = None,
    runs_dir: Annotated[Path, typer.Option(help="The folder to create the run in.")] = Path("runs"),
    file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Train the experiment in an experiment.toml."),
    ] = None,
    listeners: Listeners = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    allow_writes: AllowWrites = False,
) -> int:
    """Train an architecture on a data set, evaluate it and save the run.

    Components can have parameters: dense, dense:512, dense:units=512+256,dropout=0.2. 'zookit list'
    shows all names, and 'zookit show NAME' the parameters of one.
    """
    given = locals() | components
    from zookit.api import train  # neither --help nor completion needs this

    with training_view(quiet=quiet, as_json=as_json) as view:
        composition = composed(given)
        if file is not None:  # somebody else may have written it
            _check_destinations(composition, allow_writes=allow_writes)
        trained = train(composition, listeners=listeners or (), runs_dir=runs_dir, view=view)
    return show_trained(trained, quiet=quiet, as_json=as_json)


def _check_destinations(composition: "Composition", *, allow_writes: bool) -> None:
    from zookit.training.destinations import check_destinations, destinations

    allowed = allow_writes or ask_to_write(lambda: destinations(composition))
    check_destinations(composition, allowed=allowed)


def composed(given: dict[str, Any]) -> "Composition":
    """Return the components that the parameters of `run` name. Raises ZookitError."""
    from zookit.training.experiment_file import compose_file
    from zookit.training.resolve import compose

    words = [given["dataset"], given["architecture"], *(given["callbacks"] or ())]
    words = [each for each in words if each is not None]
    options = given_options(given) | chosen_components(given)
    runs_dir: Path = given["runs_dir"]
    file: Path | None = given["file"]
    if file is not None:
        if words:
            raise BadExperiment(
                f"got both {words[0]!r} and --from {file}, which names all components. Use "
                "only one of them."
            )
        return compose_file(file, options, runs_dir)
    if len(words) < 2:
        got = f"only {words[0]!r}" if words else "neither"
        raise BadExperiment(
            f"expected a data set and an architecture, got {got}; 'zookit list' shows all names.",
            "Run: zookit run DATASET ARCHITECTURE [CALLBACK]..., or zookit run --from FILE.",
        )
    return compose(words[0], words[1], words[2:], options, runs_dir)
