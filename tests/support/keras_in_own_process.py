"""A program that imports Keras as a command does, and prints facts about it as JSON.

Its argument is `own` or `program`. The optional packages are those of test_optional_packages.py.
"""

import gc
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from zookit.modeling.tensorflow_import import import_keras
from zookit.own_process import declare_own_process

MADE = Path(sys.argv[2])


def imported() -> list[str]:
    """The optional packages that have been imported."""
    return sorted(each.name for each in MADE.iterdir() if each.name in sys.modules)


def nones(names: set[str]) -> list[str]:
    """The modules of Keras and TensorFlow that have None under one of the names."""
    ours = [each for each in list(sys.modules) if each.startswith(("keras.", "tensorflow."))]
    return [each for each in ours if None in map(vars(sys.modules[each]).get, names, [0] * 99)]


def facts() -> dict[str, Any]:
    """Use what stands for each package, and return what has been found."""
    from zookit.modeling.optional_packages import ARRAYS, NAMES

    bound = {name: sys.modules[module] for module, (name, _) in NAMES.items()}
    arrays = sys.modules[ARRAYS]
    found: dict[str, Any] = {
        "frozen": gc.get_freeze_count() > 0,
        "enabled": gc.isenabled(),
        "finders": [each for each in map(str, sys.meta_path) if "optional_packages" in each],
        "at first": imported(),
        "none": nones({*bound, "pandas", "sklearn"}),
        "not pandas": arrays.can_slice_array(object()),
        "after asking for arrays": imported(),
    }
    pd = importlib.import_module("pandas")
    found["pandas"] = [arrays.can_slice_array(each) for each in (pd.Series(), object())]
    found["frame"] = isinstance(pd.DataFrame(), arrays.pandas.DataFrame)
    found["functions"] = [bound["_jit"]._jit(1), bound["issparse"].issparse(2)]
    modules = [
        (name, bound[name]) for name in ("ipython", "huggingface_hub", "cv2", "patches", "plt")
    ]
    found["modules"] = [getattr(module, name).value for name, module in modules]
    found["wrapper"] = _wrapper()
    found["at last"] = imported()
    return found


def _wrapper() -> list[object]:
    import keras
    from keras.wrappers import SKLearnRegressor

    base = importlib.import_module("sklearn.base").BaseEstimator
    wrappers = (SKLearnRegressor, keras.wrappers.SKLearnClassifier)
    return [*(issubclass(each, base) for each in wrappers), hasattr(keras.wrappers, "nothing")]


if sys.argv[1] == "own":
    declare_own_process()
import_keras()
print(json.dumps(facts()))
