"""The data set `huggingface`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from zookit.core import DataError, Dataset, DatasetInfo, Doc, Splits
from zookit.core.data import Progress, Source, SplitName, downloads_folder, shape_of_image
from zookit.plugins.datasets import hosted_images as hosted
from zookit.plugins.datasets import parquet_images as parquet
from zookit.plugins.datasets.held_out import SplitSeed, TestFraction
from zookit.plugins.datasets.hosted_names import choose_splits, class_names, wrong_label
from zookit.plugins.datasets.hub_configs import choose_config
from zookit.plugins.datasets.hub_index import COMMIT, HubFile, Index, read_index
from zookit.plugins.datasets.hub_repository import Repository, is_here

_PACKAGE = "zookit[huggingface]"

Files = Mapping[SplitName, Sequence[HubFile]]


@dataclass(frozen=True)
class HuggingFace(Dataset):
    """A data set of images on the Hugging Face Hub, stored as Parquet files.

    Images are uint8 (N, height, width, 1 or 3), as large as they are; pass `size` if their sizes
    differ. The columns of images and labels, and the splits, are found if their names are usual.
    Without a test split, the validation split is the test split; without both, a random fraction of
    each class is. A test image that is a training image too is left out.

    The run records the commit of the repository, so that it can be reproduced when the repository
    changes. What is downloaded is used again, without a network too. Scripts of a data set are
    never run. For private and gated repositories, log in with `hf auth login`, or set HF_TOKEN.

    Other names: hf, hugging_face.
    """

    repo: Annotated[str, Doc("Name of the repository, such as ylecun/mnist.")]
    config: Annotated[str | None, Doc("Configuration, if there are several.")] = None
    revision: Annotated[str, Doc("Branch, tag or commit.")] = "main"
    image: Annotated[str | None, Doc("Column of images.")] = None
    label: Annotated[str | None, Doc("Column of labels.")] = None
    train: hosted.TrainSplit = None
    test: hosted.TestSplit = None
    validation: hosted.ValidationSplit = None
    size: hosted.Size = None
    grey: hosted.Grey = None
    split: TestFraction = 0.2
    seed: SplitSeed = 0

    packages: ClassVar[Mapping[str, str]] = {"huggingface_hub": _PACKAGE, "pyarrow": _PACKAGE}

    def __post_init__(self) -> None:
        """Refuse the address of a page."""
        if "://" in self.repo:
            name = self.repo.split("://", 1)[1].partition("/datasets/")[2].partition("/tree/")[0]
            instead = f"write {name.strip('/')}" if name else "write OWNER/NAME"
            raise ValueError(f"repo is an address, expected a name: {instead}")

    @property
    def downloaded(self) -> Path | None:
        """The folder of the files, if they are all on this machine."""
        index = self._index()
        if index is None:
            return None
        _, files = _chosen(self, index)
        needed = [each for part in files.values() for each in part]
        folder = self._repository.folder(index.commit, needed)
        return folder if all(is_here(folder / each.path, each) for each in needed) else None

    def fetched(self, progress: Progress, offline: bool) -> Self:
        """Find the commit and download the files, unless they are here."""
        index = self._repository.index(self.revision, offline=offline)
        pinned = replace(self, revision=index.commit)
        _, files = _chosen(self, index)
        self._repository.download(
            index,
            [each for part in files.values() for each in part],
            progress=progress,
            offline=offline,
        )
        pinned.info  # noqa: B018 - its errors are about the user's words, and about these files
        return pinned

    @property
    def info(self) -> DatasetInfo:
        """The shape of the first image, and the classes that the files declare or contain."""
        return self._local().info

    def load(self, source: Source) -> Splits:
        """Read the images from the Parquet files."""
        local = self._local()
        names = local.info.class_names
        for split, paths in local.paths.items():
            self._check_labels(split, paths, local.columns, len(names))
        found = {
            split: (parquet.count_rows(paths), local.examples(split))
            for split, paths in local.paths.items()
        }
        return hosted.read_splits(
            found, local.image_shape, source, names, fraction=self.split, seed=self.seed
        )

    @property
    def _repository(self) -> Repository:
        return Repository(self.repo)

    def _index(self) -> Index | None:
        """Return what the repository contains, if the commit is pinned and known."""
        if not COMMIT.fullmatch(self.revision):
            return None
        return read_index(downloads_folder(self._repository.home), self.revision)

    def _local(self) -> "_Local":
        """Return what is on this machine. Raises DataUnavailable if that is not all."""
        index, folder = self._index(), self.downloaded
        if index is None or folder is None:
            raise hosted.not_here("huggingface", self, self.repo)
        return _local(self, index.commit, folder)

    def _check_labels(
        self, split: str, paths: Sequence[Path], columns: parquet.Columns, classes: int
    ) -> None:
        """Raise DataError if an example has no label, before any image is decoded."""
        values = parquet.label_values(paths, columns.label, self.repo)
        known = range(classes) if columns.class_names else values - {None}
        wrong = [each for each in values if each not in known or _is_negative(each)]
        if wrong:
            raise wrong_label(self.repo, split, wrong[0], classes)


@dataclass(frozen=True, eq=False)
class _Local:
    """The files of a pinned data set on this machine, and what they contain."""

    info: DatasetInfo
    paths: Mapping[SplitName, Sequence[Path]]
    columns: parquet.Columns
    image_shape: hosted.ImageShape

    def examples(self, split: SplitName) -> Iterator[tuple[bytes, int]]:
        """Yield the images and labels of a split."""
        names = self.info.class_names
        numbers = None if self.columns.class_names else {name: at for at, name in enumerate(names)}
        for image, label in parquet.examples(self.paths[split], self.columns):
            yield image, int(label) if numbers is None else numbers[str(label)]


@lru_cache(maxsize=16)
def _local(dataset: HuggingFace, commit: str, folder: Path) -> _Local:
    """Return the files of a data set at a commit, where they do not change."""
    index = read_index(folder.parents[1], commit)
    assert index is not None
    config, files = _chosen(dataset, index)
    paths = {split: [folder / each.path for each in part] for split, part in files.items()}
    columns = parquet.find_columns(
        paths["train"][0],
        dataset.image,
        dataset.label,
        parquet.declared_features(index.card, config),
        dataset.repo,
    )
    classes = class_names(
        columns.class_names or _values(paths, columns, dataset.repo),
        f"{dataset.repo}: column {columns.label!r}",
        "column: label=COLUMN",
    )
    try:
        first = shape_of_image(parquet.first_image(paths["train"], columns))
    except DataError as error:
        raise DataError(f"{dataset.repo}: the first image {error}.") from None
    image_shape = hosted.ImageShape(dataset.size, dataset.grey, first)
    sizes: dict[str, int] = {split: parquet.count_rows(part) for split, part in paths.items()}
    licence: Any = index.card.get("license", "")
    info = DatasetInfo(
        image_shape=image_shape.shape,
        class_names=classes,
        sizes=sizes if "test" in sizes else {},
        license=", ".join(map(str, licence)) if isinstance(licence, list) else str(licence),
        citation=f"{dataset.repo} at commit {commit}",
        homepage=f"https://huggingface.co/datasets/{dataset.repo}",
    )
    return _Local(info, paths, columns, image_shape)


def _chosen(dataset: HuggingFace, index: Index) -> tuple[str, Files]:
    """Return the configuration, and the files of its splits."""
    config, splits = choose_config(index, dataset.config, dataset.repo)
    chosen = choose_splits(list(splits), hosted.given_splits(dataset), dataset.repo)
    return config, {ours: splits[theirs] for ours, theirs in chosen.items()}


def _values(
    paths: Mapping[SplitName, Sequence[Path]], columns: parquet.Columns, where: str
) -> tuple[str, ...]:
    """Return the labels of all splits, sorted, as the names of classes that are not declared."""
    everything = [path for part in paths.values() for path in part]
    found = parquet.label_values(everything, columns.label, where)
    return tuple(str(each) for each in sorted(found - {None}) if not _is_negative(each))


def _is_negative(label: object) -> bool:
    """Return whether a label stands for a missing one."""
    return isinstance(label, int) and label < 0
