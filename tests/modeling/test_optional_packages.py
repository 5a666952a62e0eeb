"""What Keras and TensorFlow would import without need is imported when it is used."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras  # noqa: F401 - the modules that it imports are searched
import pytest
import tensorflow as tf  # noqa: F401

from zookit.modeling.optional_packages import (
    ARRAYS,
    NAMES,
    REFUSED,
    WRAPPERS,
    optional_packages_refused,
)

PROGRAM = Path(__file__).parent.parent / "support" / "keras_in_own_process.py"
CLASS = "class {}:\n    pass\n"
PACKAGES = {
    "IPython": {"__init__": "value = 'IPython'"},
    "cv2": {"__init__": "value = 'cv2'"},
    "huggingface_hub": {"__init__": "value = 'huggingface_hub'"},
    "jax": {"__init__": "def jit(given):\n    return ['jit', given]\n\n\nmonitoring = jit\n"},
    "matplotlib": {
        "__init__": "",
        "patches": "value = 'patches'",
        "pyplot": "value = 'pyplot'",
    },
    "pandas": {"__init__": "".join(CLASS.format(name) for name in ("Series", "DataFrame"))},
    # Keras imports it. It imports two others: itself, and in another thread.
    "psutil": {
        "__init__": "import scipy\nfrom threading import Thread\n"
        "thread = Thread(target=__import__, args=('cv2',))\nthread.start()\nthread.join()\n"
    },
    "scipy": {"__init__": "", "sparse": "def issparse(given):\n    return ['sparse', given]\n"},
    "sklearn": {
        "__init__": "",
        "base": "".join(
            CLASS.format(name)
            for name in ("BaseEstimator", "ClassifierMixin", "RegressorMixin", "TransformerMixin")
        ),
    },
}
"""Stand for the packages of these names, with what Keras uses of them."""

KEPT = {
    # TensorFlow and Keras import them anyway, or they are imported in a few milliseconds.
    *("PIL", "h5py", "namex", "psutil", "pydot", "pydot_ng", "pydotplus", "requests", "wrapt"),
    # Of Google's cloud, and of TensorFlow's own tests.
    *("cloud_tpu_client", "googleapiclient", "oauth2client", "python", "dill", "objgraph", "tblib"),
}
"""Optional packages that are not refused."""


def imported_keras(folder: Path, whose: str) -> Any:
    """What a process finds that imports Keras where all optional packages are installed."""
    for package, modules in PACKAGES.items():
        (folder / package).mkdir()
        for module, source in modules.items():
            (folder / package / f"{module}.py").write_text(source, encoding="utf-8")
    program = (
        f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); "
        f"sys.argv[1:] = [{whose!r}, {str(folder)!r}]; runpy.run_path({str(PROGRAM)!r})"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.slow
def test_an_own_process_imports_the_packages_when_they_are_used(tmp_path: Path) -> None:
    facts = imported_keras(tmp_path, "own")
    assert facts["at first"] == facts["after asking for arrays"] == ["cv2", "psutil", "scipy"]
    assert facts["none"] == []
    assert (facts["not pandas"], facts["pandas"], facts["frame"]) == (False, [True, False], True)
    assert facts["functions"] == [["jit", 1], ["sparse", 2]]
    assert facts["modules"] == ["IPython", "huggingface_hub", "cv2", "patches", "pyplot"]
    assert facts["wrapper"] == [True, True, False]
    assert facts["at last"] == sorted(PACKAGES)
    assert (facts["finders"], facts["frozen"], facts["enabled"]) == ([], True, True)


@pytest.mark.slow
def test_a_program_imports_what_keras_imports(tmp_path: Path) -> None:
    facts = imported_keras(tmp_path, "program")
    assert facts["at first"] == sorted(PACKAGES)
    assert (facts["finders"], facts["frozen"], facts["enabled"]) == ([], False, True)


def test_an_error_leaves_no_finder() -> None:
    before, during = list(sys.meta_path), []
    with suppress(RuntimeError), optional_packages_refused():
        during = list(sys.meta_path)
        raise RuntimeError
    assert during[1:] == before == sys.meta_path


def optional_imports() -> Iterator[tuple[str, str, set[str]]]:
    """The modules of Keras and TensorFlow with an optional import, its package, and the Nones."""
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if not name.startswith(("keras.", "tensorflow.")) or not file.endswith(".py"):
            continue
        source = Path(file).read_text(encoding="utf-8")
        if not re.search("\ntry:\n +(import|from) ", source):
            continue
        for node in ast.parse(source).body:
            if isinstance(node, ast.Try):
                handled = [each for handler in node.handlers for each in ast.walk(handler)]
                nones = {
                    ast.unparse(target)
                    for each in handled
                    if isinstance(each, ast.Assign) and ast.unparse(each.value) == "None"
                    for target in each.targets
                }
                for package in packages_of([*node.body, *handled]):
                    yield name, package, nones


def packages_of(nodes: list[Any]) -> Iterator[str]:
    """The packages of others that import statements name."""
    for each in nodes:
        named = [alias.name for alias in each.names] if isinstance(each, ast.Import) else []
        if isinstance(each, ast.ImportFrom) and not each.level:
            named = [each.module or ""]
        packages = {name.partition(".")[0] for name in named}
        yield from packages - {"keras", "tensorflow"} - sys.stdlib_module_names


def test_the_installed_keras_and_tensorflow_have_these_optional_imports_and_no_others() -> None:
    found = list(optional_imports())
    copies = {"tensorflow.lite.python.lite"}  # it has the name from another module
    expected = {(module, package) for module, package in REFUSED.items() if module not in copies}
    assert {(module, package) for module, package, _ in found if package not in KEPT} == expected
    names = {module: name for module, (name, _) in NAMES.items()} | {ARRAYS: "pandas"}
    for module, package, nones in found:
        if package not in KEPT:
            expected_name = names.get(module, "sklearn" if module.startswith(WRAPPERS) else None)
            assert nones == {expected_name} - {None}, module
