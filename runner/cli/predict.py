"""`zookit predict`."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.explained_picture import Explain, ExplainedPicture
from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.shared_options import Force, split_option
from zookit.core import BadExperiment
from zookit.core.source import SplitName

if TYPE_CHECKING:
    from zookit.core.progress import Advance, Progress
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
            readable=False,  # a file that cannot be read is skipped, like one that is no image
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="K",
            help="Show the K most probable classes. [default: for one image all classes, or 10 of "
            "many; for several images 1]",
            show_default=False,
        ),
    ] = None,
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
            help="Predict image N of the run's data set, counted from 0, instead of files.",
        ),
    ] = None,
    split: Annotated[SplitName | None, split_option("--image", "test")] = None,
    explain: Explain = None,
    force: Force = False,
    as_json: Annotated[bool, json_option("Print one line of JSON for each image.")] = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Predict the classes of images with a run's model.

    Files that are not images are skipped with a warning.
    """
    check_selection(files, image, split, invert=invert)
    from zookit.api import open_run  # neither --help nor completion needs this

    run = open_run(name, runs_dir)
    picture = ExplainedPicture(explain, run, inputs=files or (), force=force)
    from zookit.inference.image_files import is_one_file

    if image is not None:
        _predict_image(run, image, split or "test", top, picture, as_json=as_json)
    elif is_one_file(files or []) and not as_json:
        _predict_file(run, files or [], top, picture, invert=invert)
    else:
        _predict_files(run, files or [], top or 1, picture, invert=invert, as_json=as_json)
    picture.write()


def check_selection(
    files: list[Path] | None, image: int | None, split: SplitName | None, *, invert: bool
) -> None:
    """Raise BadExperiment unless files or an image of the data set are chosen, with its options."""
    if (image is None) == (not files):
        given = "got no files" if image is None else "got both files and --image"
        raise BadExperiment(
            f"{given}. Pass image files or folders, or choose an image of the run's data set with "
            "--image N."
        )
    if image is None and split is not None:
        raise BadExperiment("--split is for --image. Remove it, or choose an image with --image N.")
    if invert and image is not None:
        raise BadExperiment("--invert is for image files. Remove it, or pass image files.")


def _predict_files(
    run: "Run",
    paths: list[Path],
    top: int,
    picture: ExplainedPicture,
    *,
    invert: bool,
    as_json: bool,
) -> None:
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
        explaining = _explaining(advance if show_bar else None)
        for block in predict_files(
            run, paths, invert=invert, explain=picture.most, explaining=explaining
        ):
            read, probabilities = block.files, block.probabilities
            picture.add(
                [str(each) for each in read], block.images, probabilities, block.explanation
            )
            if as_json:
                for file, each in zip(read, probabilities, strict=True):
                    line = {"file": str(file), **_plain(each, names, top)}
                    print_json(line, indent=None)
            else:
                console.file = out
                console.print(_table(map(str, read), probabilities, names, top))
                out.flush()
            explained = 0 if block.explanation is None else len(block.explanation.labels)
            advance(len(read) - explained)


def _predict_file(
    run: "Run", files: list[Path], top: int | None, picture: ExplainedPicture, *, invert: bool
) -> None:
    from zookit.cli.probabilities import print_probabilities
    from zookit.console import Console
    from zookit.inference.predict_files import predict_files
    from zookit.preview import draw
    from zookit.tables import output

    for block in predict_files(
        run, files, invert=invert, explain=picture.most, explaining=_explaining()
    ):
        (file,), (pixels,), (probabilities,) = block.files, block.images, block.probabilities
        picture.add([str(file)], block.images, block.probabilities, block.explanation)
        draw(Console(soft_wrap=True), f"{file}, as the model gets it", pixels)
        names = run.environment.data.class_names
        print_probabilities(output(), probabilities, names, top=top)


def _explaining(advance: "Advance | None" = None) -> "Progress":
    """Return what shows that images are explained: a bar that is there already, or its own."""
    from zookit.core.progress import silent
    from zookit.terminal import bar

    if advance is None:
        return bar if sys.stderr.isatty() else silent

    @contextmanager
    def shared(label: str, total: int | None, unit: str) -> "Iterator[Advance]":
        del label, total, unit
        yield advance

    return shared


def _predict_image(
    run: "Run",
    at: int,
    split: SplitName,
    top: int | None,
    picture: ExplainedPicture,
    *,
    as_json: bool,
) -> None:
    from zookit.cli.probabilities import print_probabilities
    from zookit.console import Console
    from zookit.data.source import no_choice_of_data
    from zookit.inference.evaluate import load_predictor_and_data
    from zookit.inference.explanation import Explainer
    from zookit.preview import draw
    from zookit.tables import output
    from zookit.terminal import waiting

    names = run.environment.data.class_names
    with no_choice_of_data("Or pass image files instead of --image."):
        predictor, data = load_predictor_and_data(run, split=split)
    data.chosen.check(at)
    label, pixels = int(data.split.labels[at]), data.split.images[at]
    (probabilities,) = predictor(pixels[None])
    if picture.most:
        images, best = pixels[None], probabilities[None].argmax(1)
        with waiting("explaining", quiet=False):
            explanation = Explainer(predictor.model).explanation(images, best)
        picture.add([f"{split} image {at}"], images, probabilities[None], explanation, names[label])
    if as_json:
        true = {"class": names[label], "label": label}
        line = {"split": split, "image": at, "true": true}
        print_json({**line, **_plain(probabilities, names, top or 1)}, indent=None)
        return
    caption = f"{data.chosen.describe(at)}: {names[label]} (label {label})"
    draw(Console(soft_wrap=True), caption, pixels)
    print_probabilities(output(), probabilities, names, true=label, top=top)


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
    from zookit.inference.predict import is_unsure

    best = [
        {"class": names[label], "label": label, "probability": float(probabilities[label])}
        for label in _best(probabilities, top)
    ]
    return {**best[0], "unsure": is_unsure(probabilities), "top": best}


def _best(probabilities: "Probabilities", top: int) -> list[int]:
    """Return the labels of the most probable classes."""
    order: list[int] = (-probabilities).argsort(kind="stable")[:top].tolist()
    return order
