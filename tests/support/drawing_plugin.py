"""The plugin guide's callback that draws predictions."""

import importlib
import sys
from pathlib import Path

from pages import plugin_blocks
from plugin_site import Site

from zookit.core import Callback

MODULE = "zookit_stripes_draw_predictions"


def drawing_source() -> str:
    """Return the module of the guide that defines `DrawPredictions`."""
    (block,) = (each for each in plugin_blocks("python") if "class DrawPredictions" in each)
    return block


def install_drawing(folder: Path) -> None:
    """Make the callback `draw_predictions` a plugin of programs with this folder in their path."""
    site = Site(folder)
    site.module(MODULE, drawing_source())
    line = f"draw_predictions = {MODULE}:DrawPredictions"
    site.install("zookit-drawing", line, group="zookit.callbacks")


def draw_predictions(folder: Path) -> Callback:
    """Return the callback; its module is written to this folder."""
    if MODULE not in sys.modules:
        Site(folder).module(MODULE, drawing_source())
        sys.path.insert(0, str(folder))
        try:
            importlib.import_module(MODULE)
        finally:
            sys.path.remove(str(folder))
    drawing: type[Callback] = sys.modules[MODULE].DrawPredictions
    return drawing()
