"""The built-in components. Each of them imports `zookit.core` only, as any other plugin does.

    from zookit.plugins import Dense, Mnist, StopAtLoss

A component's module is imported when its class is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zookit.plugins.architectures.cnn import Cnn
    from zookit.plugins.architectures.dense import Dense
    from zookit.plugins.architectures.keras_application import KerasApplication
    from zookit.plugins.callbacks.csv_logger import CsvLogger
    from zookit.plugins.callbacks.early_stopping import EarlyStopping
    from zookit.plugins.callbacks.model_checkpoint import ModelCheckpoint
    from zookit.plugins.callbacks.reduce_lr_on_plateau import ReduceLrOnPlateau
    from zookit.plugins.callbacks.remote_monitor import RemoteMonitor
    from zookit.plugins.callbacks.stop_at_accuracy import StopAtAccuracy
    from zookit.plugins.callbacks.stop_at_loss import StopAtLoss
    from zookit.plugins.callbacks.swap_ema_weights import SwapEmaWeights
    from zookit.plugins.callbacks.terminate_on_nan import TerminateOnNan
    from zookit.plugins.datasets.fashion_mnist import FashionMnist
    from zookit.plugins.datasets.horse_or_human import HorseOrHuman
    from zookit.plugins.datasets.image_folder import ImageFolder
    from zookit.plugins.datasets.mnist import Mnist
    from zookit.plugins.listeners.mlflow import Mlflow
    from zookit.plugins.listeners.tensorboard import TensorBoard

_MODULES = {
    "Cnn": "architectures.cnn",
    "CsvLogger": "callbacks.csv_logger",
    "Dense": "architectures.dense",
    "EarlyStopping": "callbacks.early_stopping",
    "FashionMnist": "datasets.fashion_mnist",
    "HorseOrHuman": "datasets.horse_or_human",
    "ImageFolder": "datasets.image_folder",
    "KerasApplication": "architectures.keras_application",
    "Mlflow": "listeners.mlflow",
    "Mnist": "datasets.mnist",
    "ModelCheckpoint": "callbacks.model_checkpoint",
    "ReduceLrOnPlateau": "callbacks.reduce_lr_on_plateau",
    "RemoteMonitor": "callbacks.remote_monitor",
    "StopAtAccuracy": "callbacks.stop_at_accuracy",
    "StopAtLoss": "callbacks.stop_at_loss",
    "SwapEmaWeights": "callbacks.swap_ema_weights",
    "TensorBoard": "listeners.tensorboard",
    "TerminateOnNan": "callbacks.terminate_on_nan",
}

__all__ = [
    "Cnn",
    "CsvLogger",
    "Dense",
    "EarlyStopping",
    "FashionMnist",
    "HorseOrHuman",
    "ImageFolder",
    "KerasApplication",
    "Mlflow",
    "Mnist",
    "ModelCheckpoint",
    "ReduceLrOnPlateau",
    "RemoteMonitor",
    "StopAtAccuracy",
    "StopAtLoss",
    "SwapEmaWeights",
    "TensorBoard",
    "TerminateOnNan",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
