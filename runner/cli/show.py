"""`zookit show`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import components, values_of, words_of
from zookit.cli.run_argument import RUNS_DIR, RunsDir, run_names
from zookit.cli.shared_options import Force, split_option
from zookit.cli.show_features import FEATURES, check_options, show_features
from zookit.cli.training_options import OPTIONS
from zookit.core import BadExperiment, BadParameter, BadRun, BadWords, UnknownName, Words
from zookit.core.addresses import is_address, without_secrets
from zookit.core.errors import Correction, did_you_mean, nearest_name
from zookit.core.messages import printable, printable_lines, with_article
from zookit.core.source import SplitName

if TYPE_CHECKING:
    from zookit.console import Console
    from zookit.registry import Components

_DATA = OPTIONS["data"]
On = Annotated[
    str | None,
    typer.Option(
        metavar="DATASET",
        help="For an architecture: show its layers on this data set.",
        autocompletion=words_of("datasets"),
    ),
]
Image = Annotated[
    int | None,
    typer.Option(metavar="N", help="For a data set, and with --features: image N, counted from 0."),
]
Features = Annotated[
    bool,
    typer.Option(
        "--features",
        help="For a run: draw its first filters, and the feature maps of each convolution for "
        "--image N, into the file of --sheet.",
    ),
]
Values = Annotated[
    bool, typer.Option("--values", help="With --image, print the pixel values instead.")
]
Sheet = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.png",
        help="For a data set: write images of all classes. With --features: the file. [default: "
        f"{FEATURES}]",
    ),
]
Augment = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WORDS",
        help="With --sheet: draw what augmentations do to twelve images. Can be repeated.",
        autocompletion=words_of("augmentations"),
    ),
]


def _names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete components, or runs for --features."""
    if context.params.get("features"):
        return run_names(context, incomplete)
    return components(incomplete)


Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A component, optionally with parameters, or an installed model; with --features, a "
        "run.",
        autocompletion=_names,
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar=_DATA.type,
        help="The data that --image and --sheet show.",
        autocompletion=values_of(_DATA),
    ),
]


def show(
    words: Name,
    on: On = None,
    image: Image = None,
    features: Features = False,
    split: Annotated[
        SplitName | None, split_option("--image and --sheet", "train; with --features test")
    ] = None,
    values: Values = False,
    sheet: Sheet = None,
    augment: Augment = None,
    force: Force = False,
    data: Data = "auto",
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Show a component: what it does, its parameters, and the package it comes from.

    Of an installed model, show its card. With --features, look into the model of a run.
    """
    if features:
        check_options(image, on=on, augment=augment, values=values)
        file = sheet or FEATURES
        show_features(words, runs_dir, image or 0, split or "test", data, file, force=force)
        return
    from zookit.cli.describe import describe, describe_layers  # --help does not need these
    from zookit.registry import default
    from zookit.tables import output

    try:
        found = groups_named(default.words(words))
    except (BadWords, UnknownName):
        _check_is_no_run(words, runs_dir)
        raise
    groups = _selected(found, on, image, split, values, sheet)
    if augment and sheet is None:
        raise BadExperiment("--augment is for the images of a sheet. Add --sheet FILE.png.")
    if image is not None or sheet is not None:
        _show_images(
            words, image, split or "train", sheet, data, augment or [], values=values, force=force
        )
        return
    if on is not None:  # before anything is printed
        default.datasets.build(on)
    for group in groups:
        (show_card if group.kind.is_data else describe)(output(), group, words)
    if on is not None:
        describe_layers(words, on)


def _check_is_no_run(words: str, runs_dir: Path) -> None:
    """Raise BadExperiment for a run, which other commands show, and BadRun if there are none."""
    from zookit.runs.naming import NoRuns, find_run  # only for what is not a component

    try:
        find_run(words, runs_dir)
    except NoRuns:  # `latest` means a run in any case
        raise
    except BadRun:
        return
    raise BadExperiment(
        f"{printable(words)} is a run, which zookit report shows. To see its model's feature "
        "maps, add --features --image 0."
    )


def show_card(console: "Console", group: "Components[Any]", text: str) -> None:
    """Print the card of an installed model.

    Raises BrokenPlugin if it is damaged, and BadParameter if the text has parameters.
    """
    from rich.text import Text

    from zookit.registry.installed_model import installed_model
    from zookit.runs.models import card_of

    words = Words.parse(text)
    entry = group[words.name]
    if words.items:
        error = BadParameter(f"{words.name} is a model, which has no parameters; got {text!r}.")
        error.correction = Correction(text, words.name)
        raise error
    card = card_of(installed_model(entry))
    heading = f"{entry.name}: {entry.kind.singular} of {entry.owner}"
    console.print(Text(heading, "bold"))
    console.print(Text(printable_lines(card.rstrip())), soft_wrap=True)


def _show_images(
    words: str,
    image: int | None,
    split: SplitName,
    sheet: Path | None,
    data: str,
    augment: list[str],
    *,
    values: bool,
    force: bool,
) -> None:
    from zookit.console import Console
    from zookit.data.prepared import prepare_named
    from zookit.data.source import data_request
    from zookit.data.split_choice import choose_split
    from zookit.preview import check_sheet, draw, write_sheet
    from zookit.preview import sheet as sheet_of
    from zookit.terminal import bar
    from zookit.training.augmented_sheet import augmented_sheet, build_all

    if sheet is not None:
        check_sheet(sheet, force=force)  # before anything is downloaded
    augmentations = build_all(augment)
    built, prepared = prepare_named(words, data_request(data, "show"), bar)
    info = built.component.info
    chosen = choose_split(prepared.splits, split, prepared.origin, built.spec.short_name)
    if image is not None:
        chosen.check(image)
        label = int(chosen.split.labels[image])
        caption = f"{chosen.describe(image)}: {info.class_names[label]} (label {label})"
        draw(Console(soft_wrap=True), caption, chosen.split.images[image], values=values)
    if sheet is not None:
        png = (
            augmented_sheet(chosen.split, info, augmentations)
            if augmentations
            else sheet_of(chosen.split, info)
        )
        write_sheet(sheet, png, force=force)
        print(f"{split} images ({prepared.origin} data) written to {printable(sheet)}")


def groups_named(words: str) -> "list[Components[Any]]":
    """Return the groups that have the name, which two kinds may share. Raises UnknownName."""
    from zookit.registry import default
    from zookit.registry.install_advice import install_advice

    name = Words.parse(words).name
    groups = (*default.components(), default.models)
    found = [group for group in groups if name in group or group.is_ambiguous(name)]
    if not found:
        if name in default.commands:
            owner = default.commands[name].owner
            raise UnknownName(
                f"{name!r} is a command of {owner}, not a component.", f"Run: zookit {name} --help"
            )
        if is_address(words):
            raise BadExperiment(
                f"{without_secrets(words)} is the address of a run. To see it: zookit report URL"
            )
        names = [each for group in groups for each in group]
        reasons = dict.fromkeys(group.reasons_missing(name) for group in groups)
        all_names = "To see all components: zookit list"
        error = UnknownName(
            f"no component or model named {name!r}.{''.join(reasons)}",
            f"{did_you_mean(name, names)} {install_advice(name) or all_names}".lstrip(),
        )
        corrections = (group.correction(words) for group in default.components())
        near = nearest_name(name, names) or ""
        if near in default.models:
            error.correction = Correction(words, near)
        else:
            error.correction = next((each for each in corrections if each is not None), None)
        raise error
    return found


def _selected(
    found: "list[Components[Any]]",
    on: str | None,
    image: int | None,
    split: SplitName | None,
    values: bool,
    sheet: Path | None,
) -> "list[Components[Any]]":
    """Return the groups to which the options apply. Raises BadExperiment if there are none."""
    groups = {group.kind.plural: group for group in found}
    singular = " and ".join(with_article(group.kind.singular) for group in found)
    if values and image is None:
        raise BadExperiment("--values prints the values of one image. Add --image N.")
    if split is not None and image is None and sheet is None:
        raise BadExperiment("--split is for --image and --sheet. Add --image N.")
    if on is not None:
        if "architectures" not in groups:
            raise BadExperiment(f"--on is for architectures; this is {singular}. Remove it.")
        return [groups["architectures"]]
    if image is not None or sheet is not None:
        if "datasets" not in groups:
            raise BadExperiment(
                f"--image and --sheet are for data sets; this is {singular}. Remove them."
            )
        return [groups["datasets"]]
    return found
