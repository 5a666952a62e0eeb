"""The base classes of components, the values that they receive and return, and the errors.

A plugin needs this package and, for data sets, `zookit.core.data`. Importing it imports neither
TensorFlow nor NumPy.
"""

from typing import TYPE_CHECKING

from annotated_doc import Doc

from zookit.core.architecture import Architecture, Preference
from zookit.core.augmentation import Augmentation
from zookit.core.callback import Callback, Example, Unfreezing
from zookit.core.callback_run import CallbackRun
from zookit.core.component import Component
from zookit.core.component_spec import ComponentSpec
from zookit.core.dataset import Dataset, DatasetInfo, Split, Splits
from zookit.core.declaration import InputFile, text_of
from zookit.core.errors import (
    AmbiguousName,
    BadExperiment,
    BadParameter,
    BadRun,
    BadWords,
    BrokenPlugin,
    DataError,
    DataUnavailable,
    FolderError,
    ImageShapeRefused,
    NotInstalled,
    TrainingFailed,
    UnknownName,
    WrongHash,
    ZookitError,
    did_you_mean,
    reason_of,
)
from zookit.core.evaluation import Evaluation
from zookit.core.experiment import Experiment
from zookit.core.exporter import Exporter
from zookit.core.hookspecs import hookimpl
from zookit.core.launcher import Job, Jobs, JobStatus, Launcher
from zookit.core.listener import Listener
from zookit.core.loss import Loss
from zookit.core.messages import option, say, warn
from zookit.core.metric import Metric
from zookit.core.optimizer import Optimizer
from zookit.core.processor_count import processors
from zookit.core.result import Result
from zookit.core.run_archive import collect_run
from zookit.core.run_context import RunContext
from zookit.core.run_files import EpochFiles
from zookit.core.schedule import Schedule
from zookit.core.search import Choice, Point, Range, Search, Trials
from zookit.core.settings import Settings, TrainingKeywords
from zookit.core.words import Words
from zookit.core.worker_process import WorkerProcess

if TYPE_CHECKING:
    from zookit.core.exporter import Predict as Predict

__all__ = [
    "AmbiguousName",
    "Architecture",
    "Augmentation",
    "BadExperiment",
    "BadParameter",
    "BadRun",
    "BadWords",
    "BrokenPlugin",
    "Callback",
    "CallbackRun",
    "Choice",
    "Component",
    "ComponentSpec",
    "DataError",
    "DataUnavailable",
    "Dataset",
    "DatasetInfo",
    "Doc",
    "EpochFiles",
    "Evaluation",
    "Example",
    "Experiment",
    "Exporter",
    "FolderError",
    "ImageShapeRefused",
    "InputFile",
    "Job",
    "JobStatus",
    "Jobs",
    "Launcher",
    "Listener",
    "Loss",
    "Metric",
    "NotInstalled",
    "Optimizer",
    "Point",
    "Preference",
    "Range",
    "Result",
    "RunContext",
    "Schedule",
    "Search",
    "Settings",
    "Split",
    "Splits",
    "TrainingFailed",
    "TrainingKeywords",
    "Trials",
    "Unfreezing",
    "UnknownName",
    "Words",
    "WorkerProcess",
    "WrongHash",
    "ZookitError",
    "collect_run",
    "did_you_mean",
    "hookimpl",
    "option",
    "processors",
    "reason_of",
    "say",
    "text_of",
    "warn",
]
