"""`zookit show RUN --features`: the feature maps of a run's model."""

from pathlib import Path

from zookit.core import BadExperiment, DataError, DataUnavailable, WrongHash
from zookit.core.messages import printable
from zookit.core.source import SplitName

FEATURES = Path("features.png")
"""The file, unless another is named."""


def check_options(
    image: int | None, *, on: str | None, augment: list[str] | None, values: bool
) -> None:
    """Raise BadExperiment unless an image is chosen, and nothing that features do not have."""
    for option, given in (("--on", on), ("--augment", augment), ("--values", values)):
        if given:
            raise BadExperiment(f"{option} is not for --features. Remove it.")
    if image is None:
        raise BadExperiment(
            "--features shows what a model makes of one image. Add --image N, the number of a test "
            "image."
        )


def show_features(
    name: str,
    runs_dir: Path,
    image: int,
    split: SplitName,
    data: str,
    file: Path,
    *,
    force: bool,
) -> None:
    """Write the picture of a run's feature maps for an image of its data set.

    `data` is "full", "sample", or "auto" for the data that the run was trained on.

    Raises:
        BadExperiment: the model has no convolution.
        FolderError: the file cannot be written.
        ZookitError: there is no such run or image, or the model cannot be rebuilt.
    """
    from zookit.api import open_run  # --help does not need these
    from zookit.data.source import data_request
    from zookit.inference.evaluate import load_predictor_and_data
    from zookit.inference.feature_maps import filters_and_maps
    from zookit.preview import check_sheet, write_sheet

    check_sheet(file, force=force)  # before any work
    run = open_run(name, runs_dir)
    request = None if data == "auto" else data_request(data, "show")
    try:
        predictor, loaded = load_predictor_and_data(run, request=request, split=split)
    except DataError as error:
        if not isinstance(error, DataUnavailable | WrongHash):  # whose advice is --data
            error.advice = ""
        raise
    loaded.chosen.check(image)
    pixels = loaded.split.images[image]
    filters, maps = filters_and_maps(predictor.model, pixels)
    if filters is None or not maps:
        architecture = run.experiment.architecture.short_name
        raise BadExperiment(
            f"the model of {run.name}, {architecture}, has no convolution, so it has no feature "
            f"maps. To see where it looks: zookit predict {printable(name)} --image {image} "
            "--explain where.png"
        )
    from zookit.inference.feature_sheet import feature_sheet  # imports Matplotlib

    true = run.environment.data.class_names[int(loaded.split.labels[image])]
    png = feature_sheet(pixels, f"{split} image {image}: {printable(true)}", filters, maps)
    write_sheet(file, png, force=force)
    print(f"{loaded.chosen.describe(image)}: feature maps written to {printable(file)}")
