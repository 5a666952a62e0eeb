"""`zookit predict`."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.core import BadExperiment

if TYPE_CHECKING:
    from zookit.inference.predict import Probabilities
    from zookit.run_object import Run
    from zookit.tables import Cell


def predict(
    name: RunName,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|FOLDER]...",
            help="Image files (PNG, JPEG, GIF, BMP, WebP), and folders that contain them.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, metavar="K", help="Show the K most probable classes.")
    ] = 1,
    invert: Annotated[
        bool,
        typer.Option(
            "--invert",
            help="Invert the images, for example if they show dark digits on light paper.",
        ),
    ] = False,
    image: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Predict test image N of the run's data set, counted from 0, instead of files.",
        ),
    ] = None,
    as_json: Annotated[bool, json_option("Print one line of JSON for each image.")] = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Predict the classes of images with a run's model.

    Files that are not images are skipped with a warning.
    """
    if (image is None) == (not files):
        given = "got no files" if image is None else "got both files and --image"
        raise BadExperiment(
            f"{given}. Pass image files or folders, or choose a test image with --image N."
        )
    if invert and image is not None:
        raise BadExperiment("--invert is for image files. Remove it, or pass image files.")
    from zookit.api import open_run  # neither --help nor completion needs this

    run = open_run(name, runs_dir)
    if image is None:
        _predict_files(run, files or [], top, invert=invert, as_json=as_json)
    else:
        _predict_image(run, image, top, as_json=as_json)


def _predict_files(run: "Run", paths: list[Path], top: int, *, invert: bool, as_json: bool) -> None:
    # Neither --help nor completion needs these.
    from zookit.core.progress import silent
    from zookit.inference.predict_files import predict_files
    from zookit.tables import output
    from zookit.terminal import bar

    names = run.environment.data.class_names
    console = output()
    out = sys.stdout  # a progress bar replaces it
    show_bar = sys.stderr.isatty() and not out.isatty()
    with (bar if show_bar else silent)("predicting", None, "images") as advance:
        for read, probabilities in predict_files(run, paths, invert=invert):
            if as_json:
                for file, each in zip(read, probabilities, strict=True):
                    line = {"file": str(file), **_plain(each, names, top)}
                    print_json(line, indent=None)
            else:
                console.file = out
                console.print(_table(map(str, read), probabilities, names, top))
                out.flush()
            advance(len(read))


def _predict_image(run: "Run", at: int, top: int, *, as_json: bool) -> None:
    from zookit.console import Console
    from zookit.inference.evaluate import load_predictor_and_data
    from zookit.preview import draw
    from zookit.tables import output

    names = run.environment.data.class_names
    predictor, data = load_predictor_and_data(run)
    if not 0 <= at < len(data.split):
        raise BadExperiment(
            f"no test image {at}. The data set has test images 0 to {len(data.split) - 1:,}."
        )
    probabilities = predictor(data.split.images[at : at + 1])
    if as_json:
        label = int(data.split.labels[at])
        true = {"class": names[label], "label": label}
        line = {"image": at, "true": true, **_plain(probabilities[0], names, top)}
        print_json(line, indent=None)
        return
    draw(Console(soft_wrap=True), data.split, at, data.info)
    output().print(_table(["predicted"], probabilities, names, top))


def _table(
    files: Iterable[str], probabilities: "Probabilities", names: Sequence[str], top: int
) -> Any:
    """Return a row for each image: the file, then the most probable classes."""
    from zookit.tables import table

    count = min(top, len(names))
    classes = ["class" if at == 1 else f"class {at}" for at in range(1, count + 1)]
    numbers = ["probability" if at == 1 else f"probability {at}" for at in range(1, count + 1)]
    columns = ["file", *(each for pair in zip(classes, numbers, strict=True) for each in pair)]
    rows: list[list[Cell]] = [
        [
            file,
            *(text for label in _best(each, top) for text in (names[label], f"{each[label]:.4f}")),
        ]
        for file, each in zip(files, probabilities, strict=True)
    ]
    return table(columns, rows, numbers=numbers, header=False)


def _plain(probabilities: "Probabilities", names: Sequence[str], top: int) -> dict[str, Any]:
    best = [
        {"class": names[label], "label": label, "probability": float(probabilities[label])}
        for label in _best(probabilities, top)
    ]
    return {**best[0], "top": best}


def _best(probabilities: "Probabilities", top: int) -> list[int]:
    """Return the labels of the most probable classes."""
    order: list[int] = (-probabilities).argsort(kind="stable")[:top].tolist()
    return order
