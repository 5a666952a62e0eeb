"""The documentation site: `sphinx-build -W --keep-going docs site`."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "zookit"
version = release = version_of("zookit")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "accessible_pages",
    "command_reference",
    "component_classes",
    "contents",
    "markdown_docstrings",
    "repository_files",
]
exclude_patterns = ["_*"]

contents = {
    "Start": ["install", "first-run", "concepts"],
    "Course": ["course/index", "course/[0-9]*", "course/full-data"],
    "Guides": [
        "guide",
        "data",
        "architectures",
        "runs",
        "sweeps",
        "models",
        "seeing",
        "serving",
        "zoo",
        "model-packages",
        "sharing",
    ],
    "Plugins": [
        "which-kind",
        "plugins",
        "plugins-data",
        "plugins-training",
        "plugins-runs",
        "plugins-sweeps",
        "example-package",
    ],
    "Reference": [
        "cli",
        "reference",
        "api/zookit",
        "api/core",
        "api/core-data",
        "api/registry",
        "api/testing",
        "api/plugins",
    ],
    "Project": ["results", "benchmarks", "zoo-reproduced", "contributing", "changelog"],
}
"""The table of contents: the pages below each caption, or patterns of their names."""

repository_pages = {
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
    "example-package": "examples/zookit-digits/README.md",
}
"""Pages of the site whose text is a file outside this folder."""

# As on the code host, each heading has an anchor.
myst_heading_anchors = 4
smartquotes = False
# Answers are shortened with "...", which JSON does not have.
suppress_warnings = ["misc.highlighting_failure"]

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "zookit"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
# Prompts are not copied.
copybutton_exclude = ".linenos, .gp"
