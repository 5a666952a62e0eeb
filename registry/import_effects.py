"""Undo what a plugin's import changes in the process and what other code relies on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from zookit.core.messages import warn

_DECIDING = (
    "CUBLAS_", "CUDA_", "CUDNN_", "DNNL_", "HIP_", "KERAS_", "MKL_", "NVIDIA_", "OMP_",
    "ONEDNN_", "OPENBLAS_", "TF_", "XLA_", "ZOOKIT_",
)  # fmt: skip
"""Beginnings of the names of variables that decide how zookit, Keras and TensorFlow compute."""
_HARMLESS = ("TF_CPP_",)
"""These decide what TensorFlow logs."""


@contextmanager
def import_effects_undone(plugin: str) -> Iterator[None]:
    """Restore the current folder, the locale and the variables that decide results; say so.

    A component must do the same whichever other plugins are installed and in use. A listener, which
    is not part of an experiment, could otherwise change its results, and only in a new process.

    Args:
        plugin: the plugin, for the warning.
    """
    import locale

    folder, language, variables = _folder(), locale.setlocale(locale.LC_ALL), _variables()
    try:
        yield
    finally:
        changed = []
        if folder is not None and _folder() != folder:
            os.chdir(folder)
            changed.append("the current folder")
        if locale.setlocale(locale.LC_ALL) != language:
            locale.setlocale(locale.LC_ALL, language)
            changed.append("the locale")
        now = _variables()
        for name in sorted(
            name for name in {*variables, *now} if variables.get(name) != now.get(name)
        ):
            if name == "KERAS_BACKEND" and now.get(name) == "tensorflow":
                continue  # which zookit sets too
            changed.append(name)
            if name in variables:
                os.environ[name] = variables[name]
            else:
                del os.environ[name]
        if changed:
            warn(
                f"{plugin} changes {', '.join(changed)} when it is imported. zookit has undone "
                "that, because it can change results. If you want it, set it before zookit starts."
            )


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - os.chdir takes it
    except OSError:  # it has been removed
        return None


def _variables() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_DECIDING) and not name.startswith(_HARMLESS)
    }
