"""`zookit sign` and `zookit verify`."""

from pathlib import Path
from typing import Annotated

import typer

from zookit.cli.run_argument import RUN, RUNS_DIR, RunsDir, own_run_names
from zookit.core.messages import printable

Target = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help=f"{RUN}; or a wheel.",
        autocompletion=own_run_names,
        show_default=False,
    ),
]


def sign(
    target: Target,
    key: Annotated[
        Path,
        typer.Option(
            metavar="KEY.pem", help="The private key, of an elliptic curve.", show_default=False
        ),
    ],
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Sign a run or a wheel with a private key.

    The signature is model.sig in the run's folder, or WHEEL.sig beside the wheel. It is made by the
    OpenSSF model-signing library, whose own command verifies it too.
    """
    from zookit.sharing import sign as sign_target  # neither --help nor completion needs this

    print(f"signed: {printable(sign_target(target, key, runs_dir=runs_dir))}")


def verify(
    target: Target,
    key: Annotated[
        Path, typer.Option(metavar="KEY.pub", help="The public key.", show_default=False)
    ],
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Verify that a run or a wheel was signed with a key, and has not changed since."""
    from zookit.sharing import verify as verify_target  # neither --help nor completion needs this

    verify_target(target, key, runs_dir=runs_dir)
    print(f"{printable(target)} was signed with {printable(key)} and has not changed since")
