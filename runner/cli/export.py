"""`zookit export`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir, opened
from zookit.inference.export import Format
from zookit.terminal import printable


def export(
    name: RunName,
    to: Annotated[
        Format, typer.Option("--to", help="The format.", metavar="keras|saved_model|onnx|litert")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Where to write it, which nothing may be yet; by itself a file, or for "
            "saved_model a folder, in the current folder and named for the run.",
            show_default=False,
        ),
    ] = None,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Write a run's model for other programs: Keras, TensorFlow, ONNX or LiteRT.

    It takes raw pixels as uint8, however many images at a time, and gives probabilities.
    """
    from zookit.inference.export import default_path
    from zookit.inference.export import export as write
    from zookit.modeling.tensorflow_import import importing_keras
    from zookit.terminal import waiting

    run = opened(name, runs_dir)
    path = (output or default_path(run, to)).expanduser().absolute()
    # Else nothing is seen of the waiting while chatter is held back.
    with importing_keras(), waiting(f"exporting to {to}", quiet=False):
        write(run, to, path)
    print(f"exported to {printable(path)}")
