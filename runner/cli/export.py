"""`zookit export`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.shared_options import Force
from zookit.core.messages import printable
from zookit.inference.export import Format


def export(
    name: RunName,
    to: Annotated[
        Format, typer.Option("--to", help="The format.", metavar="keras|saved_model|onnx|litert")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A file, or a folder for saved_model. [default: named after the run, in the "
            "current folder]",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Write a run's model for Keras, TensorFlow, ONNX or LiteRT.

    The model takes any number of raw images as uint8 and returns probabilities.
    """
    # Neither --help nor completion needs these.
    from zookit.api import open_run
    from zookit.modeling.tensorflow_import import importing_keras
    from zookit.terminal import waiting

    run = open_run(name, runs_dir)
    path = None if output is None else output.expanduser().absolute()
    # TensorFlow's messages are held back, and with them the spinner, unless this comes first.
    with importing_keras(), waiting(f"exporting to {to}", quiet=False):
        written = run.export(to, path, force=force)
    print(f"exported to {printable(written.absolute())}")
