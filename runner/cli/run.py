"""`zookit run`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from zookit.cli.completion import optimizers, values_of, words_of
from zookit.cli.training_options import AsJson, Listeners, Quiet, show_run, training_view
from zookit.core import BadExperiment, TrainingOptions
from zookit.core.declaration import Parameter, parameters

_SETTINGS = {parameter.name: parameter for parameter in parameters(TrainingOptions)}


def _setting(name: str, metavar: str | None = None, flag: str | None = None) -> Any:
    """The option of a setting: its name, meaning and default are declared in `TrainingOptions` alone.

    Its value stays text, which `TrainingOptions` checks as it checks all words.
    """
    setting: Parameter = _SETTINGS[name]
    return typer.Option(
        flag or f"--{name.replace('_', '-')}",
        help=f"{setting.meaning} {f'[{setting.default}]' if setting.default else ''}",
        metavar=metavar,
        show_default=False,
        autocompletion=optimizers if name == "optimizer" else values_of(setting),
    )


def run(
    dataset: Annotated[
        str | None,
        typer.Argument(metavar="DATASET", help="A data set.", autocompletion=words_of("datasets")),
    ] = None,
    architecture: Annotated[
        str | None,
        typer.Argument(
            metavar="ARCHITECTURE",
            help="An architecture.",
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
    epochs: Annotated[str | None, _setting("epochs", "N")] = None,
    batch_size: Annotated[str | None, _setting("batch_size", "N")] = None,
    optimizer: Annotated[str | None, _setting("optimizer", "WORDS")] = None,
    learning_rate: Annotated[str | None, _setting("learning_rate", "RATE")] = None,
    seed: Annotated[str | None, _setting("seed", "N")] = None,
    validation: Annotated[str | None, _setting("validation", "FRACTION")] = None,
    augment: Annotated[str | None, _setting("augment", "CHANGE+CHANGE...")] = None,
    class_weights: Annotated[
        bool | None, _setting("class_weights", flag="--class-weights/--no-class-weights")
    ] = None,
    normalize: Annotated[
        bool | None, _setting("normalize", flag="--normalize/--no-normalize")
    ] = None,
    precision: Annotated[str | None, _setting("precision", "auto|float32|mixed_bfloat16")] = None,
    threads: Annotated[str | None, _setting("threads", "N")] = None,
    data: Annotated[str | None, _setting("data", "auto|full|sample")] = None,
    runs_dir: Annotated[
        Path, typer.Option(help="The folder in which the run's own folder is made.")
    ] = Path("runs"),
    file: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Repeat the composition of an experiment.toml."
        ),
    ] = None,
    listeners: Listeners = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Train an architecture on a data set, evaluate it and keep the run.

    Words choose components: dense, dense:512, dense:units=512+256,dropout=0.2. 'zookit list' shows
    the names, 'zookit show NAME' the parameters.
    """
    given = {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "seed": seed,
        "validation": validation,
        "augment": augment,
        "class_weights": class_weights,
        "normalize": normalize,
        "precision": precision,
        "threads": threads,
        "data": data,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    words = [word for word in (dataset, architecture, *(callbacks or ())) if word is not None]
    return _run(words, file, settings, listeners or [], runs_dir, quiet, as_json)


def _run(
    words: list[str],
    file: Path | None,
    settings: dict[str, Any],
    listeners: list[str],
    runs_dir: Path,
    quiet: bool,
    as_json: bool,
) -> int:
    from zookit.api import train  # neither --help nor completion gets here
    from zookit.training.resolve import compose, compose_file

    if file is not None:
        if words:
            raise BadExperiment(
                f"{words[0]!r} is named beside --from {file}, which names its own components. "
                "Give one of the two."
            )
        composition = compose_file(file, settings)
    elif len(words) < 2:
        missing = "an architecture" if words else "a data set and an architecture"
        raise BadExperiment(
            f"{missing} must be named: zookit run DATASET ARCHITECTURE [CALLBACK]..., or "
            "--from FILE. 'zookit list' shows what there is."
        )
    else:
        composition = compose(words[0], words[1], words[2:], settings)
    with training_view(quiet=quiet, as_json=as_json) as view:
        trained = train(composition, listeners=listeners, runs_dir=runs_dir, view=view)
    return show_run(trained, quiet=quiet, as_json=as_json)
