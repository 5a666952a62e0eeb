"""Keeps Keras and TensorFlow from importing large packages before anybody uses them.

Some of their modules import JAX, pandas, scikit-learn and others if these are installed, and bind a
name to None if they are not. Here these imports are refused, and a stand-in takes the place of
None: it imports the package when it is used.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pkgutil import resolve_name
from threading import get_ident
from typing import Any

NAMES = {
    "keras.src.saving.file_editor": ("ipython", "IPython"),
    "keras.src.saving.saving_lib": ("huggingface_hub", "huggingface_hub"),
    "keras.src.visualization.draw_bounding_boxes": ("cv2", "cv2"),
    "keras.src.visualization.plot_bounding_box_gallery": ("patches", "matplotlib.patches"),
    "keras.src.visualization.plot_image_gallery": ("plt", "matplotlib.pyplot"),
    "tensorflow.lite.python.lite": ("_jit", "jax:jit"),
    "tensorflow.lite.python.util": ("_jit", "jax:jit"),
    "tensorflow.python.keras.engine.training_arrays_v1": ("issparse", "scipy.sparse:issparse"),
    "tensorflow.python.keras.engine.training_v1": ("issparse", "scipy.sparse:issparse"),
}
"""Modules of Keras and TensorFlow, the name that each binds, and what it stands for."""

ARRAYS = "keras.src.trainers.data_adapters.array_slicing"
"""The module that asks whether arrays are of pandas."""

WRAPPERS = "keras.src.wrappers"
"""The package whose classes derive from classes of scikit-learn."""

_OF_SKLEARN = ("fixes", "utils", "sklearn_wrapper")


def _package(path: str) -> str:
    return path.partition(":")[0].partition(".")[0]


REFUSED = {
    **{module: _package(path) for module, (_, path) in NAMES.items()},
    ARRAYS: "pandas",
    # It adds a function that JAX has had since 2024, and binds no name.
    "keras.src.callbacks.orbax_checkpoint": "jax",
    **{f"{WRAPPERS}.{module}": "sklearn" for module in _OF_SKLEARN},
}
"""The modules whose imports are refused, and the package that each of them imports."""

_PACKAGES = frozenset(REFUSED.values())


@contextmanager
def optional_packages_refused() -> Iterator[None]:
    """Refuse these imports in this thread; at the end, make the modules work without them.

    Other modules, and other threads, can import the packages meanwhile.
    """
    refusing = _Refusing()
    sys.meta_path.insert(0, refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)
    for module, (name, path) in NAMES.items():
        if _lacks(module, name, path):
            setattr(sys.modules[module], name, _Later(path))
    if _lacks(ARRAYS, "pandas", "pandas"):
        _recognize_pandas()
    if any(_lacks(f"{WRAPPERS}.{module}", "sklearn", "sklearn") for module in _OF_SKLEARN):
        _define_wrappers_later()


class _Refusing:
    """A finder that refuses what the modules in REFUSED import in the thread that creates it."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for such an import; leave others to the next finder."""
        del path, target
        package = _package(name)
        if package not in _PACKAGES or get_ident() != self._thread:
            return
        if REFUSED.get(_importing_module()) == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _importing_module() -> str:
    """Return the name of the module with the import statement that calls a finder."""
    frame = sys._getframe(2)  # noqa: SLF001 - there is no other way
    while frame.f_globals.get("__name__") == "importlib._bootstrap" and frame.f_back is not None:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def _lacks(module: str, name: str, path: str) -> bool:
    """Return whether the module has None where it would have the package, which is installed."""
    return getattr(sys.modules.get(module), name, "") is None and _is_installed(_package(path))


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):  # another program replaced or refuses it
        return False


class _Later:
    """A module or a function, which is imported when it is used."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # `inspect` asks for some
            raise AttributeError(name)
        return getattr(resolve_name(self._path), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return resolve_name(self._path)(*arguments, **named)


class _OfPandas(type):
    """The type of classes that stand for the class of this name in pandas, once it is imported."""

    def __instancecheck__(cls, instance: object) -> bool:
        # A module that is being imported does not have them yet.
        return isinstance(instance, getattr(sys.modules.get("pandas"), cls.__name__, ()))


def _recognize_pandas() -> None:
    """Import nothing: until somebody imports pandas, no array is an instance of its classes."""
    arrays, pandas = vars(sys.modules[ARRAYS]), _Later("pandas")
    types = {name: _OfPandas(name, (), {}) for name in ("Series", "DataFrame")}
    vars(pandas).update(types)
    arrays["pandas"] = pandas
    arrays["ARRAY_TYPES"] = (*arrays.get("ARRAY_TYPES", ()), *types.values())


def _define_wrappers_later() -> None:
    """Remove the wrappers for scikit-learn. Who asks for one imports their modules again."""
    for module in [each for each in sys.modules if f"{each}.".startswith(f"{WRAPPERS}.")]:
        del sys.modules[module]
    public = vars(import_module("keras.wrappers"))
    names = [name for name in public if name.startswith("SKLearn")]
    for name in names:
        del public[name]
    public["__getattr__"] = partial(_wrapper, names)


def _wrapper(names: Sequence[str], name: str) -> Any:
    if name not in names:
        raise AttributeError(f"module 'keras.wrappers' has no attribute {name!r}")
    return getattr(import_module(f"{WRAPPERS}.sklearn_wrapper"), name)
