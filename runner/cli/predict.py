"""`zookit predict`."""

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir, opened
from zookit.core import BadExperiment, DataError
from zookit.terminal import printable

if TYPE_CHECKING:
    from zookit.inference.predict import Probabilities
    from zookit.runs.run import RunRecord


def predict(
    run: RunName,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|FOLDER]...",
            help="Pictures (PNG, JPEG, GIF, BMP, WebP), and folders with pictures below them.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, metavar="K", help="Tell the K most probable classes.")
    ] = 1,
    invert: Annotated[
        bool, typer.Option("--invert", help="Swap dark and light: for dark digits on light paper.")
    ] = False,
    image: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Instead of files: test image N of the run's data set, counted from 0, with what "
            "it truly is.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line for each picture.")
    ] = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Tell what a run's model says of pictures: class and probability.

    A file that is no picture is named on stderr, and the rest goes on.
    """
    if (image is None) == (not files):
        given = "nothing is named" if image is None else "files are named beside --image"
        raise BadExperiment(
            f"{given}. Name picture files or folders, or with --image N a test image of the data "
            "set."
        )
    if invert and image is not None:
        raise BadExperiment("--invert is for picture files; leave it out with --image.")
    kept = opened(run, runs_dir)
    told = _Told(kept, top, as_json=as_json)
    if image is None:
        _predict_files(kept, files or [], told, invert=invert)
    else:
        _predict_image(kept, image, told)


def _predict_files(kept: "RunRecord", paths: list[Path], told: "_Told", *, invert: bool) -> None:
    from zookit.core.data import silent
    from zookit.inference.image_files import find_image_files, read_images
    from zookit.inference.predict import Predictor, batch_size
    from zookit.inference.rebuild import check_ended, rebuild_model
    from zookit.modeling.tensorflow_import import importing_keras
    from zookit.terminal import bar, waiting  # neither --help nor completion gets here

    check_ended(kept)  # before anything is read
    shape = kept.environment.data.image_shape
    if shape[2] not in (1, 3):
        raise BadExperiment(
            f"{kept.name} was trained on images of {' x '.join(map(str, shape))}; picture files "
            "have 1 or 3 channels. Predict from Python, with an array."
        )
    blocks = read_images(find_image_files(paths), shape, batch_size(shape), invert=invert)
    first = next(blocks, None)
    if first is None:
        raise DataError(
            f"no picture could be read from {', '.join(map(printable, paths[:3]))}"
            f"{', ...' if len(paths) > 3 else ''}. Name PNG, JPEG, GIF, BMP or WebP files, or "
            "folders of them."
        )
    with importing_keras() as importing, waiting("starting TensorFlow", quiet=False):
        importing.start()
        importing.wait()
        predictor = Predictor(rebuild_model(kept))
    out = sys.stdout  # a bar puts something else in its place
    watched = sys.stderr.isatty() and not out.isatty()
    with (bar if watched else silent)("predicting", None, "images") as advance:
        for read, pixels in chain([first], blocks):
            print("\n".join(_lines(read, predictor(pixels), told)), file=out, flush=True)
            advance(len(read))


def _lines(files: "list[Path]", said: "Probabilities", told: "_Told") -> Iterator[str]:
    from rich.cells import cell_len, set_cell_size  # a letter may be two columns wide

    if told.as_json:
        for file, each in zip(files, said, strict=True):
            yield json.dumps({"file": str(file), **told.plain(each)})
        return
    names = [printable(file) for file in files]
    width = max(map(cell_len, names))
    for name, each in zip(names, said, strict=True):
        yield f"{set_cell_size(name, width)}  {told.line(each)}"


def _predict_image(kept: "RunRecord", at: int, told: "_Told") -> None:
    from rich.console import Console

    from zookit.inference.evaluate import load_predictor_and_data
    from zookit.preview import draw

    predictor, data = load_predictor_and_data(kept)
    if not 0 <= at < len(data.split):
        raise BadExperiment(
            f"there is no test image {at}; there are test images 0 to {len(data.split) - 1:,}."
        )
    (said,) = predictor(data.split.images[at : at + 1])
    if told.as_json:
        label = int(data.split.labels[at])
        true = {"class": kept.environment.data.class_names[label], "label": label}
        print(json.dumps({"image": at, "true": true, **told.plain(said)}))
    else:
        draw(Console(soft_wrap=True), data.split, at, data.info)
        print(f"predicted  {told.line(said)}")


class _Told:
    """How a prediction is told."""

    def __init__(self, kept: "RunRecord", top: int, *, as_json: bool) -> None:
        from rich.cells import cell_len, set_cell_size  # a letter may be two columns wide

        self._names = kept.environment.data.class_names
        self._top = top
        self.as_json = as_json
        names = [printable(name) for name in self._names]
        width = max(map(cell_len, names))
        self._padded = [set_cell_size(name, width) for name in names]

    def plain(self, said: "Probabilities") -> dict[str, Any]:
        """A prediction as JSON has it; `said` are the probabilities of all classes."""
        best = [
            {"class": self._names[label], "label": label, "probability": float(said[label])}
            for label in self._best(said)
        ]
        return {**best[0], "top": best}

    def line(self, said: "Probabilities") -> str:
        """The most probable classes, each with its probability."""
        return "  ".join(f"{self._padded[at]} {said[at]:.4f}" for at in self._best(said))

    def _best(self, said: "Probabilities") -> list[int]:
        order: list[int] = (-said).argsort(kind="stable")[: self._top].tolist()
        return order
