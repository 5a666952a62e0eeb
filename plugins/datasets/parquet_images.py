"""Parquet files with a column of images and a column of labels."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import DataError, reason_of
from zookit.plugins.datasets.hosted_names import choose_name

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_BATCH = 64
"""Examples that are read at a time."""
_MOST_CLASSES = 10_000
_USUAL_LABELS = ("label", "labels", "class", "target")
_USUAL_IMAGES = ("image", "img")


@dataclass(frozen=True)
class Columns:
    """The columns of images and labels.

    Args:
        image: the name of the column of images.
        label: the name of the column of labels.
        class_names: the names of the classes, if the files have them.
    """

    image: str
    label: str
    class_names: tuple[str, ...] = ()


def find_columns(
    path: Path, image: str | None, label: str | None, declared: Mapping[str, Any], where: str
) -> Columns:
    """Return the columns of images and labels of a file.

    Args:
        path: the file.
        image: the column of images; None to find it.
        label: the column of labels; None to find it.
        declared: the features of the data set, if the file does not have them itself.
        where: the data set, for messages.

    Raises:
        DataError: there is no such column, or several. The message names the choices.
    """
    with _opened(path) as file:
        schema = file.schema_arrow
    features = _features(schema) or declared
    types = {name: str(schema.field(name).type) for name in schema.names}
    images = [name for name in types if _is_image(schema, features, name)]
    classes = [name for name in types if _kind(features.get(name)) == "ClassLabel"]
    single = [name for name in types if _is_single(schema.field(name).type)]
    chosen_image = choose_name(
        "image",
        image,
        kind="column",
        types=types,
        allowed=images,
        found=images,
        usual=_USUAL_IMAGES,
        where=where,
    )
    chosen_label = choose_name(
        "label",
        label,
        kind="column",
        types=types,
        allowed=single,
        found=classes or [name for name in _USUAL_LABELS if name in single],
        where=where,
    )
    found = features.get(chosen_label)
    known = found.get("names") if isinstance(found, dict) and chosen_label in classes else None
    return Columns(chosen_image, chosen_label, tuple(map(str, known or ())))


def label_values(files: Sequence[Path], column: str, where: str) -> set[Any]:
    """Return the values of a column of labels. Raises DataError if these are too many."""
    values: set[Any] = set()
    for path in files:
        with _opened(path) as file:
            for batch in file.iter_batches(columns=[column]):
                values.update(batch.column(0).unique().to_pylist())
                if len(values) > _MOST_CLASSES:
                    raise DataError(
                        f"{where}: column {column!r} has more than {_MOST_CLASSES:,} different "
                        "values, too many for classes. Choose another column: label=COLUMN."
                    )
    return values


def count_rows(files: Sequence[Path]) -> int:
    """Return the number of examples in files. Raises DataError."""
    count = 0
    for path in files:
        with _opened(path) as file:
            count += file.metadata.num_rows
    return count


def examples(files: Sequence[Path], columns: Columns) -> Iterator[tuple[bytes, Any]]:
    """Yield the bytes and the label of each image, a few at a time. Raises DataError."""
    for path in files:
        with _opened(path) as file:
            for batch in file.iter_batches(_BATCH, columns=[columns.image, columns.label]):
                images, labels = (batch.column(name) for name in (columns.image, columns.label))
                for image, label in zip(images.to_pylist(), labels.to_pylist(), strict=True):
                    content = image.get("bytes") if isinstance(image, dict) else image
                    yield content or b"", label


def first_image(files: Sequence[Path], columns: Columns) -> bytes:
    """Return the bytes of the first image. Raises DataError if there is none."""
    content, _ = next(examples(files, columns), (b"", None))
    if not content:
        raise DataError(
            f"has no content in column {columns.image!r}, perhaps only the path or the address of "
            "a file elsewhere"
        )
    return content


@contextmanager
def _opened(path: Path) -> "Iterator[ParquetFile]":
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path, memory_map=True) as file:
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read as Parquet ({reason_of(error)}).") from None


def _features(schema: "pa.Schema") -> dict[str, Any]:
    """Return the features that the library `datasets` writes into the metadata of a file."""
    try:
        found = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def declared_features(card: Mapping[str, Any], config: str) -> dict[str, Any]:
    """Return the features that a card declares for a configuration, as files have them."""
    found = card.get("dataset_info")
    tables = [each for each in (found if isinstance(found, list) else [found]) if each]
    for each in tables:
        if isinstance(each, dict) and each.get("config_name", config) == config:
            features = each.get("features")
            return dict(map(_feature, features)) if isinstance(features, list) else {}
    return {}


def _feature(declared: Any) -> tuple[str, Any]:
    """Return the name and the value of a feature: in a card, `dtype: {class_label: ...}`."""
    table = declared if isinstance(declared, dict) else {}
    name, kind = str(table.get("name")), table.get("dtype")
    if kind == "image":
        return name, {"_type": "Image"}
    label = kind.get("class_label") if isinstance(kind, dict) else None
    if not isinstance(label, dict):
        return name, {}
    names = label.get("names")
    ordered = (
        [names[key] for key in sorted(names, key=_number)] if isinstance(names, dict) else names
    )
    return name, {"_type": "ClassLabel", "names": ordered}


def _number(key: object) -> int:
    text = str(key)
    return int(text) if text.isdecimal() else 0


def _kind(feature: Any) -> str:
    return str(feature.get("_type", "")) if isinstance(feature, dict) else ""


def _is_image(schema: "pa.Schema", features: Mapping[str, Any], name: str) -> bool:
    import pyarrow as pa

    kind, found = schema.field(name).type, _kind(features.get(name))
    if pa.types.is_struct(kind):
        has_bytes = any(kind.field(at).name == "bytes" for at in range(kind.num_fields))
        return has_bytes and found in ("Image", "")
    is_binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return is_binary and (found == "Image" or name in _USUAL_IMAGES)


def _is_single(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    checks = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_string)
    is_text = pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)
    return is_text or any(check(kind) for check in checks)
