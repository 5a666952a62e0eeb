"""`zookit export`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.completion import words_of
from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.shared_options import Force
from zookit.core.messages import printable


def export(
    name: RunName,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="The format; 'zookit list exporters' shows all.",
            metavar="EXPORTER",
            autocompletion=words_of("exporters"),
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The file or folder. [default: named after the run, in the current folder]",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Write a run's model in a format for other programs, such as onnx.

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
