"""Prepares data sets of TensorFlow Datasets that are made up: `python made_builder.py FOLDER`."""

import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

from zookit.plugins.datasets.tfds_preparation import prepare

CLASSES = ["cat", "dog", "fish"]


class Pets(tfds.core.GeneratorBasedBuilder):
    """Grey noise in three classes, with another label and a text beside it."""

    name = "pets"
    VERSION = tfds.core.Version("1.2.3")
    BUILDER_CONFIGS: ClassVar[list[Any]] = [
        tfds.core.BuilderConfig(name="small", version=VERSION),
        tfds.core.BuilderConfig(name="unlabelled", version=VERSION),
    ]

    def _info(self) -> Any:
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                {
                    "picture": tfds.features.Image(shape=(None, None, 1)),
                    "kind": tfds.features.ClassLabel(names=CLASSES),
                    "mood": tfds.features.ClassLabel(names=["calm", "wild"]),
                    "owner": tfds.features.ClassLabel(num_classes=1),
                    "story": tfds.features.Text(),
                }
            ),
            supervised_keys=("picture", "kind"),
            homepage="https://example.org/pets",
            citation="Made up,\n  2025",
        )

    def _split_generators(self, manager: Any) -> dict[str, Any]:
        del manager
        missing = self.builder_config.name == "unlabelled"
        return {"train": self._pets(0, 12), "test": self._pets(50, 6, missing=missing)}

    def _generate_examples(self) -> Iterator[Any]:
        raise NotImplementedError

    def _pets(self, start: int, count: int, *, missing: bool = False) -> Iterator[Any]:
        for at in range(start, start + count):
            pixels = np.random.default_rng(at).integers(0, 256, (8, 8, 1), np.uint8)
            kind = -1 if missing else at % 3
            yield at, {"picture": pixels, "kind": kind, "mood": at % 2, "owner": 0, "story": "once"}


class Sounds(tfds.core.GeneratorBasedBuilder):
    """No images."""

    name = "sounds"
    VERSION = tfds.core.Version("1.0.0")

    def _info(self) -> Any:
        features = {"pitch": tfds.features.Scalar(np.float32)}
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, manager: Any) -> dict[str, Any]:
        del manager
        return {"train": iter([(0, {"pitch": 1.0})])}

    def _generate_examples(self) -> Iterator[Any]:
        raise NotImplementedError


if __name__ == "__main__":
    for config in ("small", "unlabelled"):
        prepare(Pets(data_dir=sys.argv[1], config=config))
    prepare(Sounds(data_dir=sys.argv[1]))
