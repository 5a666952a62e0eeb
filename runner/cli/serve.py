"""`zookit serve`."""

from importlib.util import find_spec
from typing import Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunsDir, run_names
from zookit.core import NotInstalled

_PACKAGES = ("fastapi", "uvicorn", "python-multipart")


def serve(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|MODEL...",
            help="What to serve: runs, as other commands take them, and installed models.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="The address to listen at. Any address other than loopback needs a token; zookit "
            "makes one unless ZOOKIT_SERVE_TOKEN is set. 0.0.0.0 is every address of the machine.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port. 0 chooses a free one.")
    ] = 8000,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Serve models on a local page and as an endpoint, until Ctrl-C.

    The page predicts drawings, pictures and what the camera sees. Programs send images to /predict,
    or to /v2 by the Open Inference Protocol. Nothing is sent elsewhere.
    """
    missing = [name for name in _PACKAGES if find_spec(name.replace("-", "_")) is None]
    if missing:
        raise NotInstalled(
            f"serving needs {missing[0]}, which is not installed. Run: pip install 'zookit[serve]'"
        )
    # Neither --help nor completion needs these.
    from zookit.api import open_run
    from zookit.serve.server import serve as serve_runs

    serve_runs([open_run(name, runs_dir) for name in names], host, port)
