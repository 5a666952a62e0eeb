"""The built-in components. Each of them imports `zookit.core` only, as any other plugin does.

    from zookit.plugins import Dense, Mnist, StopAtLoss

A component's module is imported when its class is first used. The names are those of the classes
that the entry points of zookit name.
"""

from importlib import import_module
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zookit.plugins.architectures.cnn import Cnn as Cnn
    from zookit.plugins.architectures.dense import Dense as Dense
    from zookit.plugins.architectures.keras_application import KerasApplication as KerasApplication
    from zookit.plugins.architectures.lenet5 import LeNet5 as LeNet5
    from zookit.plugins.architectures.mlp_mixer import MlpMixer as MlpMixer
    from zookit.plugins.architectures.mobilenet_small import MobileNetSmall as MobileNetSmall
    from zookit.plugins.architectures.resnet import ResNet as ResNet
    from zookit.plugins.architectures.vgg import Vgg as Vgg
    from zookit.plugins.architectures.vit import Vit as Vit
    from zookit.plugins.augmentations.brightness import Brightness as Brightness
    from zookit.plugins.augmentations.contrast import Contrast as Contrast
    from zookit.plugins.augmentations.crop import Crop as Crop
    from zookit.plugins.augmentations.cutmix import CutMix as CutMix
    from zookit.plugins.augmentations.erasing import Erasing as Erasing
    from zookit.plugins.augmentations.flip import Flip as Flip
    from zookit.plugins.augmentations.gaussian_blur import GaussianBlur as GaussianBlur
    from zookit.plugins.augmentations.grayscale import Grayscale as Grayscale
    from zookit.plugins.augmentations.hue import Hue as Hue
    from zookit.plugins.augmentations.mixup import MixUp as MixUp
    from zookit.plugins.augmentations.perspective import Perspective as Perspective
    from zookit.plugins.augmentations.rotation import Rotation as Rotation
    from zookit.plugins.augmentations.saturation import Saturation as Saturation
    from zookit.plugins.augmentations.sharpness import Sharpness as Sharpness
    from zookit.plugins.augmentations.shear import Shear as Shear
    from zookit.plugins.augmentations.translation import Translation as Translation
    from zookit.plugins.augmentations.zoom import Zoom as Zoom
    from zookit.plugins.callbacks.csv_logger import CsvLogger as CsvLogger
    from zookit.plugins.callbacks.early_stopping import EarlyStopping as EarlyStopping
    from zookit.plugins.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
    from zookit.plugins.callbacks.reduce_lr_on_plateau import ReduceLrOnPlateau as ReduceLrOnPlateau
    from zookit.plugins.callbacks.remote_monitor import RemoteMonitor as RemoteMonitor
    from zookit.plugins.callbacks.stop_at_accuracy import StopAtAccuracy as StopAtAccuracy
    from zookit.plugins.callbacks.stop_at_loss import StopAtLoss as StopAtLoss
    from zookit.plugins.callbacks.swap_ema_weights import SwapEmaWeights as SwapEmaWeights
    from zookit.plugins.callbacks.terminate_on_nan import TerminateOnNan as TerminateOnNan
    from zookit.plugins.callbacks.unfreeze import Unfreeze as Unfreeze
    from zookit.plugins.datasets.cifar10 import Cifar10 as Cifar10
    from zookit.plugins.datasets.cifar100 import Cifar100 as Cifar100
    from zookit.plugins.datasets.emnist import Emnist as Emnist
    from zookit.plugins.datasets.fashion_mnist import FashionMnist as FashionMnist
    from zookit.plugins.datasets.horse_or_human import HorseOrHuman as HorseOrHuman
    from zookit.plugins.datasets.huggingface import HuggingFace as HuggingFace
    from zookit.plugins.datasets.image_folder import ImageFolder as ImageFolder
    from zookit.plugins.datasets.kmnist import Kmnist as Kmnist
    from zookit.plugins.datasets.mnist import Mnist as Mnist
    from zookit.plugins.datasets.svhn import Svhn as Svhn
    from zookit.plugins.datasets.tfds import Tfds as Tfds
    from zookit.plugins.exporters.keras_archive import KerasArchive as KerasArchive
    from zookit.plugins.exporters.litert import LiteRT as LiteRT
    from zookit.plugins.exporters.onnx import Onnx as Onnx
    from zookit.plugins.exporters.saved_model import SavedModel as SavedModel
    from zookit.plugins.launchers.dask import Dask as Dask
    from zookit.plugins.launchers.local import Local as Local
    from zookit.plugins.launchers.slurm import Slurm as Slurm
    from zookit.plugins.listeners.mlflow import Mlflow as Mlflow
    from zookit.plugins.listeners.tensorboard import TensorBoard as TensorBoard
    from zookit.plugins.losses.crossentropy import Crossentropy as Crossentropy
    from zookit.plugins.losses.focal import Focal as Focal
    from zookit.plugins.losses.generalized_crossentropy import (
        GeneralizedCrossentropy as GeneralizedCrossentropy,
    )
    from zookit.plugins.losses.poly import Poly as Poly
    from zookit.plugins.losses.squared import Squared as Squared
    from zookit.plugins.metrics.auc import Auc as Auc
    from zookit.plugins.metrics.balanced_accuracy import BalancedAccuracy as BalancedAccuracy
    from zookit.plugins.metrics.calibration_error import CalibrationError as CalibrationError
    from zookit.plugins.metrics.log_loss import LogLoss as LogLoss
    from zookit.plugins.metrics.macro_f1 import MacroF1 as MacroF1
    from zookit.plugins.metrics.macro_precision import MacroPrecision as MacroPrecision
    from zookit.plugins.metrics.macro_recall import MacroRecall as MacroRecall
    from zookit.plugins.metrics.top_k import TopK as TopK
    from zookit.plugins.optimizers.adadelta import Adadelta as Adadelta
    from zookit.plugins.optimizers.adafactor import Adafactor as Adafactor
    from zookit.plugins.optimizers.adagrad import Adagrad as Adagrad
    from zookit.plugins.optimizers.adam import Adam as Adam
    from zookit.plugins.optimizers.adamax import Adamax as Adamax
    from zookit.plugins.optimizers.adamw import AdamW as AdamW
    from zookit.plugins.optimizers.ftrl import Ftrl as Ftrl
    from zookit.plugins.optimizers.lamb import Lamb as Lamb
    from zookit.plugins.optimizers.lion import Lion as Lion
    from zookit.plugins.optimizers.muon import Muon as Muon
    from zookit.plugins.optimizers.nadam import Nadam as Nadam
    from zookit.plugins.optimizers.rmsprop import RMSprop as RMSprop
    from zookit.plugins.optimizers.schedule_free_adamw import ScheduleFreeAdamW as ScheduleFreeAdamW
    from zookit.plugins.optimizers.sgd import SGD as SGD
    from zookit.plugins.schedules.cosine import Cosine as Cosine
    from zookit.plugins.schedules.exponential import Exponential as Exponential
    from zookit.plugins.schedules.one_cycle import OneCycle as OneCycle
    from zookit.plugins.schedules.steps import Steps as Steps
    from zookit.plugins.searches.grid import Grid as Grid
    from zookit.plugins.searches.optuna_search import OptunaSearch as OptunaSearch
    from zookit.plugins.searches.random_search import RandomSearch as RandomSearch


def _places() -> dict[str, str]:
    """Return the module of each class that an entry point of zookit names."""
    values = (each.value for each in distribution("zookit").entry_points)
    places = (value.split(":") for value in values if value.startswith(f"{__name__}."))
    return {name: module for module, name in places}


def __getattr__(name: str) -> Any:
    places = {} if name.startswith("__") and name != "__all__" else _places()
    if name == "__all__":
        return sorted(places)
    if name not in places:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(places[name]), name)


def __dir__() -> list[str]:
    return sorted(_places())
