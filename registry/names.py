"""Names that several modules agree on."""

import re

PLUGIN_FILES = "ZOOKIT_PLUGINS"
"""The environment variable with the Python files that offer plugins."""
FILE_MODULES = "zookit_plugin_file_"
"""The start of the names of their modules."""
_UPPER_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[-_.]+")


def canonical_name(name: str) -> str:
    """Return the name of a distribution as PEP 503 normalizes it.

    This is `packaging.utils.canonicalize_name`, whose import takes 10 ms: a fifteenth of the time
    of `zookit --help`.
    """
    return _SEPARATORS.sub("-", name).lower()


def model_folder(distribution: str) -> str:
    """Return the folder in a wheel of the model that its distribution is named after.

    It bears the distribution's name, so that no two distributions share one.
    """
    return canonical_name(distribution).replace("-", "_")


def shared_model_folder(distribution: str, name: str) -> str:
    """Return the folder of a model whose distribution has other models, or code, as well."""
    return f"{model_folder(distribution)}__{name}"


def plugin_name(class_name: str) -> str:
    """Return the name of the plugin that a class in a file is: `my_net` for `MyNet`."""
    return _UPPER_CASE.sub("_", class_name).lower()
