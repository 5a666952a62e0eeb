"""Tells whether two models compute the same, whatever the values of their variables are.

Imports Keras.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial, singledispatchmethod
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.trainers.compile_utils import CompileLoss, CompileMetrics  # no public names

_CLASSES = ("keras", "zookit")
"""Packages whose classes keep what they compute with in attributes and variables. A class of
another package may compute with what cannot be found, such as a global variable."""
_FUNCTIONS = (*_CLASSES, "tensorflow", "numpy", "math", "functools", "builtins")
_BOOKKEEPING = frozenset(
    [
        "_auto_config",
        "_build_shapes_dict",
        "_call_context_args",
        "_call_has_context_arg",
        "_call_signature",
        "_called",
        "_compile_config",
        "_compiled_trainable_state",
        "_eval_epoch_iterator",
        "_inferred_dtype",
        "_initial_epoch",
        "_lock",
        "_loss_ids",
        "_losses",
        "_nodes",
        "_parent_path",
        "_path",
        "_saved_model_arg_spec",
        "_saved_model_inputs_spec",
        "_tracked",
        "_tracker",
        "_trainable_variables_indices",
        "built",
        "call_signature_parameters",
        "history",
        "output_names",
        "predict_function",
        "steps_per_execution",
        "stop_evaluating",
        "stop_predicting",
        "stop_training",
        "test_function",
        "train_function",
    ]
)
"""Attributes that Keras derives from others, or sets while it trains."""
_NAMES = ("name", "_name")
_COUNTER = re.compile(r"(_\d+)?(CLONE|_clone)?$")
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), slice, np.generic)


class _UnknownError(Exception):
    """An object may compute with what cannot be found."""


def fingerprint(*roots: Any) -> str | None:
    """Return the SHA-256 of what objects of Keras compute with, but for the values of variables.

    It covers the attributes of all objects that can be reached: layers, how they are connected,
    optimizer, loss, metrics, functions. It is valid in this process only. Names count without their
    counters, and initializers without their seeds, which decide the values of variables alone.
    Returns None if an object's class, or a function, is of a package other than Keras and zookit.
    """
    try:
        return _Walk(roots).digest()
    except _UnknownError:
        return None


class _Walk:
    """Visits each object once; the order of the first visits is the same for equal structures."""

    def __init__(self, roots: Iterable[Any]) -> None:
        self._hash = hashlib.sha256()
        self._seen: dict[int, int] = {}
        self._alive: list[Any] = []  # so that no id is used twice
        self._pending: list[Any] = list(roots)

    def digest(self) -> str:
        while self._pending:  # no recursion, because networks are deep
            given = self._pending.pop()
            if isinstance(given, _PLAIN):
                self._note(type(given).__name__, given)
            elif id(given) in self._seen:
                self._note("seen", self._seen[id(given)])
            else:
                self._seen[id(given)] = len(self._seen)
                self._alive.append(given)
                self._visit(given)
        return self._hash.hexdigest()

    def _note(self, *facts: Any) -> None:
        self._hash.update(repr(facts).encode())

    @singledispatchmethod
    def _visit(self, given: Any) -> None:
        _check_package(type(given), _CLASSES)
        if not hasattr(given, "__dict__"):
            raise _UnknownError
        self._note("object", id(type(given)))
        self._attributes(given)

    def _attributes(self, given: Any, *without: str) -> None:
        for name, value in sorted(vars(given).items()):
            if name in _BOOKKEEPING or name in without or name.startswith("_self_"):
                continue
            stripped = name in _NAMES and isinstance(value, str)
            self._pending += [_COUNTER.sub("", value) if stripped else value, name]
        self._note("attributes")

    @_visit.register(CompileLoss)
    @_visit.register(CompileMetrics)
    def _(self, given: Any) -> None:
        self._note("compiled")
        # All else follows from these when the first batch comes.
        self._pending += [
            value for name, value in sorted(vars(given).items()) if name.startswith("_user_")
        ]

    @_visit.register
    def _(self, given: Mapping) -> None:  # type: ignore[type-arg]
        self._note("mapping", len(given))
        for pair in given.items():
            self._pending += pair

    @_visit.register(list)
    @_visit.register(tuple)
    def _(self, given: Any) -> None:
        self._note("sequence", len(given))
        self._pending += given

    @_visit.register
    def _(self, given: AbstractSet) -> None:  # type: ignore[type-arg]
        if not all(isinstance(each, str | int) for each in given):
            raise _UnknownError
        self._note("set", sorted(map(repr, given)))

    @_visit.register
    def _(self, given: np.ndarray) -> None:
        if given.dtype == object:
            raise _UnknownError
        self._note("array", given.dtype.name, given.shape, given.tobytes())

    @_visit.register
    def _(self, given: tf.Tensor) -> None:
        if tf.is_symbolic_tensor(given) or given.dtype in (tf.resource, tf.variant):
            raise _UnknownError
        array = np.asarray(given.numpy())
        self._note("tensor", array.dtype.name, array.shape, array.tobytes())

    @_visit.register
    def _(self, given: keras.Variable) -> None:
        self._note("variable")
        self._attributes(given, "_value", "_name")

    @_visit.register
    def _(self, given: keras.KerasTensor) -> None:
        self._note("symbolic")
        self._attributes(given, "name")

    @_visit.register(tf.DType)
    @_visit.register(tf.TensorShape)
    @_visit.register(tf.TensorSpec)
    @_visit.register(np.dtype)
    def _(self, given: Any) -> None:
        self._note(type(given).__name__, str(given))

    @_visit.register(type)
    @_visit.register(ModuleType)
    def _(self, given: Any) -> None:
        self._note("same", id(given))

    @_visit.register(keras.initializers.Initializer)
    @_visit.register(tf.distribute.Strategy)
    def _(self, given: Any) -> None:
        self._note("any", id(type(given)))

    @_visit.register
    def _(self, given: MethodType) -> None:
        self._note("method")
        self._pending += [given.__self__, given.__func__]

    @_visit.register
    def _(self, given: partial) -> None:  # type: ignore[type-arg]
        self._note("partial")
        self._pending += [given.func, given.args, given.keywords]

    @_visit.register
    def _(self, given: BuiltinFunctionType) -> None:
        _check_package(given, _FUNCTIONS)
        self._note("builtin", id(given))

    @_visit.register
    def _(self, given: FunctionType) -> None:
        _check_package(given, _FUNCTIONS)
        self._note("function", id(given.__code__))
        cells = [each.cell_contents for each in given.__closure__ or () if each != CellType()]
        self._pending += [given.__defaults__, given.__kwdefaults__, cells]


def _check_package(given: Any, packages: tuple[str, ...]) -> None:
    if str(given.__module__).partition(".")[0] not in packages:
        raise _UnknownError
