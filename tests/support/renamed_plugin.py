"""A plugin package whose second version renames its components and their parameters."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from edited_plugin import forget_plugins
from plugin_site import Site

NAME = "zookit-renamed"
FIRST = """
    from dataclasses import dataclass
    from pathlib import Path
    from typing import Annotated, Any, ClassVar
    from annotated_types import Gt
    from zookit.core import Architecture, Callback, Metric

    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net of one layer, whose output a file scales.'''

        units: Annotated[int, Gt(0)] = 8
        activation: str = "relu"
        table: Path | None = None

        def features(self, images: Any) -> Any:
            from keras import layers

            factor = 1.0 if self.table is None else float(self.table.read_text())
            return layers.Dense(self.units, self.activation)(layers.Flatten()(images)) * factor

    @dataclass(frozen=True)
    class Stop(Callback):
        '''Stops after an epoch.'''

        after: int = 10

        def build(self) -> Any:
            import keras

            stop = self.after
            return keras.callbacks.EarlyStopping(monitor="loss", patience=stop)
"""
SECOND = (
    FIRST.replace("class Net(Architecture):", "class Layer(Architecture):")
    .replace("units:", "width:")
    .replace("self.units", "self.width")
    .replace("table:", "scale:")
    .replace("self.table", "self.scale")
    .replace("after:", "epochs:")
    .replace("self.after", "self.epochs")
    .replace(
        "        width:",
        "        renamed: ClassVar[Any] = {'units': 'width', 'table': 'scale'}\n"
        "        formerly: ClassVar[tuple[str, ...]] = ('alpha',)\n\n        width:",
    )
    .replace(
        "        epochs:", "        renamed: ClassVar[Any] = {'after': 'epochs'}\n\n        epochs:"
    )
)
"""The architecture `alpha` is now `beta`, and its parameters have new names; a callback's too."""


class RenamedPlugin:
    """The distribution `zookit-renamed` in a folder on the path: one version at a time."""

    def __init__(self, folder: Path) -> None:
        self._site = Site(folder)

    def install(self, version: str, source: str, architectures: Mapping[str, str]) -> None:
        """Install a version, with a module of its own; `architectures` has classes by name."""
        self.uninstall()
        module = f"renamed_{version.replace('.', '_')}"
        self._site.module(module, source)
        points = [f"{name} = {module}:{cls}" for name, cls in architectures.items()]
        lines = "\n".join([*points, "[zookit.callbacks]", f"stop_late = {module}:Stop"])
        self._site.install(NAME, lines, version=version)
        forget_plugins()

    def install_first(self) -> None:
        """Install version 1.0, which has the architecture `alpha`."""
        self.install("1.0", FIRST, {"alpha": "Net"})

    def install_second(self) -> None:
        """Install version 2.0, in which `alpha` is called `beta`."""
        self.install("2.0", SECOND, {"beta": "Layer", "alpha": "Layer"})

    def uninstall(self) -> None:
        """Remove any version."""
        for folder in self._site.path.glob("*.dist-info"):
            shutil.rmtree(folder)
        forget_plugins()
