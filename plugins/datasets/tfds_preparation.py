"""A process that prepares a data set with TensorFlow Datasets and copies its encoded images.

Its own, because TensorFlow cannot be configured for a training once it has read files, and because
the code of a data set may do anything to a process. It writes lines of JSON: the number of images
copied so far, and at the end a description or an error.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zookit.core import DataError, did_you_mean, reason_of
from zookit.plugins.datasets.download_limit import check_download
from zookit.plugins.datasets.hosted_names import (
    choose_name,
    choose_splits,
    class_names,
    named,
    wrong_label,
)

_REPORTED = 1000
"""Images between two reports."""


def main() -> None:
    """Prepare what the first argument asks for, as JSON, and copy it into a folder."""
    # What the library and the data set print is not mixed with the report.
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(line: Mapping[str, Any]) -> None:
        print(json.dumps(line), file=report, flush=True)

    try:
        request = json.loads(sys.argv[1])
        builder = find_builder(request["name"])
        request["tell"] = tell
        tell({"description": copy_images(builder, request)})
    except DataError as error:
        tell({"error": str(error)})
    except Exception as error:  # noqa: BLE001 - the code of a data set may raise anything
        tell({"error": f"{request['name']}: {type(error).__name__}: {reason_of(error)}"})


def find_builder(name: str) -> Any:
    """Return the builder of `NAME[/CONFIG][:VERSION]`. Raises DataError."""
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.registered import DatasetNotFoundError

    tfds.disable_progress_bar()
    plain = name.partition(":")[0].partition("/")[0]
    try:
        return tfds.builder(name)
    except DatasetNotFoundError:
        known = tfds.list_builders(with_community_datasets=False)
        raise DataError(
            f"TensorFlow Datasets has no data set {plain!r}.{did_you_mean(plain, known)} If it is "
            "your own, prepare it and set TFDS_DATA_DIR to the folder that contains it."
        ) from None
    except (AssertionError, ValueError) as error:
        if plain not in tfds.list_builders(with_community_datasets=False):
            raise DataError(f"{name}: {reason_of(error)}") from None
        found = tfds.builder_cls(plain)
        configs = [config.name for config in found.BUILDER_CONFIGS]
        choices = f" Configurations: {named(configs)}." if configs else ""
        versions = [str(each) for each in (found.VERSION, *(found.SUPPORTED_VERSIONS or ()))]
        raise DataError(
            f"{name}: there is no such configuration or version.{choices} Versions: "
            f"{named(versions)}."
        ) from None


def copy_images(builder: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Prepare a data set, copy its images into the folder of the request, and describe them.

    Raises DataError if it has no images with one label each.
    """
    where = builder.info.full_name
    image, label = find_features(builder.info, request["image"], request["label"])
    prepare(builder)
    chosen = choose_splits(list(builder.info.splits), request["splits"], where)
    feature = builder.info.features[label]
    declared = feature.names or range(feature.num_classes or 0)
    names = class_names(
        [*map(str, declared)], f"{where}: feature {label!r}", "feature: label=FEATURE"
    )
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done % _REPORTED == 0:
            request["tell"]({"images": done})

    sizes = {}
    for ours, theirs in chosen.items():
        examples = _examples(builder, theirs, image, label)
        sizes[ours] = _copy(examples, Path(request["folder"]), ours, len(names), where, advance)
    config = f"/{builder.builder_config.name}" if builder.builder_config else ""
    return {
        "name": f"{builder.name}{config}",
        "version": str(builder.version),
        "class_names": names,
        "sizes": sizes,
        "license": _one_line(builder.info.redistribution_info.license or ""),
        "citation": _one_line(builder.info.citation or ""),
        "homepage": builder.info.homepage or "",
    }


def find_features(info: Any, image: str | None, label: str | None) -> tuple[str, str]:
    """Return the names of the features with images and labels. Raises DataError."""
    import tensorflow_datasets as tfds

    where, features = info.full_name, info.features
    if not isinstance(features, tfds.features.FeaturesDict):
        raise DataError(f"{where} has no examples with an image and a label.")
    ordered = sorted(features.items(), key=lambda item: item[0])  # those of files have no order
    images = [name for name, each in ordered if type(each) is tfds.features.Image]
    labels = [name for name, each in ordered if type(each) is tfds.features.ClassLabel]
    usual = info.supervised_keys or ()
    types = {name: type(each).__name__ for name, each in ordered}
    chosen_image = choose_name(
        "image",
        image,
        kind="feature",
        types=types,
        allowed=images,
        found=images,
        usual=usual,
        where=where,
    )
    chosen_label = choose_name(
        "label",
        label,
        kind="feature",
        types=types,
        allowed=labels,
        found=labels,
        usual=usual,
        where=where,
    )
    if features[chosen_image].np_dtype != np.uint8:
        raise DataError(
            f"{where}: {chosen_image!r} has images of "
            f"{np.dtype(features[chosen_image].np_dtype)}, expected uint8."
        )
    return chosen_image, chosen_label


def prepare(builder: Any) -> None:
    """Download and prepare a data set, unless it is. Raises DataError if it is too large."""
    if builder.is_prepared():
        return
    total = sum(int(each.size) for each in (builder.url_infos or {}).values())
    check_download(builder.info.full_name, total)
    builder.download_and_prepare()


def _examples(builder: Any, split: str, image: str, label: str) -> Any:
    import tensorflow_datasets as tfds

    features = builder.info.features
    dataset = builder.as_dataset(
        split=split,
        shuffle_files=False,
        decoders=tfds.decode.PartialDecoding(
            {image: features[image], label: features[label]},
            decoders={image: tfds.decode.SkipDecoding()},
        ),
        # One file after the other, in their order.
        read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
    )
    return ((example[image], example[label]) for example in tfds.as_numpy(dataset))


def _copy(
    examples: Any,
    folder: Path,
    split: str,
    classes: int,
    where: str,
    advance: Callable[[], None],
) -> int:
    """Copy the images of a split into a file, and their sizes and labels into another."""
    index = []
    with (folder / f"{split}.images").open("wb") as file:
        for image, label in examples:
            if not 0 <= label < classes:
                raise wrong_label(where, split, int(label), classes)
            content = bytes(image)
            file.write(content)
            index.append((len(content), int(label)))
            advance()
    np.save(folder / f"{split}.npy", np.array(index, np.int64).reshape(-1, 2))
    return len(index)


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
