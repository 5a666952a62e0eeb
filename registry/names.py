"""Names that several modules agree on."""

import re

PLUGIN_FILES = "ZOOKIT_PLUGINS"
"""The environment variable with the Python files that offer plugins."""
FILE_MODULES = "zookit_plugin_file_"
"""The start of the names of their modules."""
_SEPARATORS = re.compile(r"[-_.]+")


def canonical_name(name: str) -> str:
    """Return the name of a distribution as PEP 503 normalizes it.

    This is `packaging.utils.canonicalize_name`, whose import takes 10 ms: a fifteenth of the time
    of `zookit --help`.
    """
    return _SEPARATORS.sub("-", name).lower()
