"""What to write for a Python object that is no component."""

import os

from zookit.core import Component


def instead_of(given: object) -> str:
    """Return a sentence that says what to write instead of an object, or an empty text."""
    if isinstance(given, type) and issubclass(given, Component):
        return f" Write {given.__name__}(), with parentheses."
    if isinstance(given, os.PathLike):
        return f" For your own images, write 'image_folder:path={os.fspath(given)}'."
    first = next(iter(given), None) if isinstance(given, list | tuple) else given
    if hasattr(first, "shape") and hasattr(first, "dtype") and not hasattr(first, "layers"):
        return (
            " Arrays become a data set by a class with info and load: see 'What a data set is' in "
            "docs/plugins-data.md."
        )
    bases = [f"{each.__module__}.{each.__name__}" for each in type(first).__mro__]
    if any(each.startswith("keras.") and each.endswith(".Callback") for each in bases):
        return " Write Keras's callbacks as words, such as 'early_stopping:3'."
    if any(each.startswith("keras.") and each.endswith(".Layer") for each in bases):
        return (
            " A Keras model becomes an architecture by a class with features(images): see 'An "
            "architecture' in docs/plugins-training.md. Models of keras.applications are words, "
            "such as 'keras_application:MobileNet'."
        )
    return ""
