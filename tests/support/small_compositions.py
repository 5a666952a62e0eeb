"""Small compositions of many kinds, trained in this process or in a child process."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zookit.core import Architecture, Listener, Result
from zookit.training.listeners import select_listeners
from zookit.training.resolve import compose
from zookit.training.session import View, train

COMPOSITIONS: dict[str, dict[str, Any]] = {
    "dropout, validation, metric, callbacks": {
        "architecture": "dense:8,dropout=0.3",
        "callbacks": ["early_stopping:1", "reduce_lr_on_plateau:1"],
        "validation": 0.2,
        "metrics": ("top_k:2",),
    },
    "convolutions, augmentation, class weights, bfloat16": {
        "architecture": "cnn:filters=4,units=8",
        "augment": ("rotation", "zoom"),
        "class_weights": True,
        "precision": "mixed_bfloat16",
        "optimizer": "sgd:momentum=0.9",
    },
    "frozen, then not": {
        "architecture": "cnn:filters=4,units=4",
        "freeze": "body",
        "callbacks": ["unfreeze:2"],
    },
    "XLA, averages of weights": {
        "architecture": "dense:8",
        "optimizer": "adam:use_ema=true",
        "callbacks": ["swap_ema_weights"],
        "validation": 0.1,
    },
    "XLA": {"architecture": "dense:8"},
    "schedule, loss": {"learning_rate": "cosine:0.01", "loss": "focal"},
    "mixed labels": {"augment": ("mixup", "cutmix"), "class_weights": True},
}
"""The first is in the fast tests."""


@dataclass(frozen=True)
class Training:
    """Trains small experiments."""

    images: str
    runs_dir: Path

    def __call__(
        self,
        architecture: str | Architecture = "dense:8,dropout=0.3",
        callbacks: Sequence[str] = (),
        listeners: Sequence[Listener] = (),
        **options: Any,
    ) -> Result:
        options = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, **options}
        if "optimizer" in options:
            del options["learning_rate"]
        composition = compose(self.images, architecture, callbacks, options)
        return train(composition, self.runs_dir, select_listeners(listeners), view=View(quiet=True))


def bits(result: Result) -> dict[str, bytes]:
    """Return the content of the files that contain no times."""
    files = ("history.csv", "weights.safetensors", "evaluation.safetensors", "probe.safetensors")
    return {name: (result.folder / name).read_bytes() for name in files}


def train_in_child(argument: dict[str, Any]) -> dict[str, str]:
    """Train in this process."""
    with TemporaryDirectory() as folder:
        here = Training(argument["images"], Path(folder))
        options = {"threads": argument["threads"], **COMPOSITIONS[argument["name"]]}
        found = bits(here(**options, seed=argument["seed"]))
    return {name: each.hex() for name, each in found.items()}
