"""A plugin package whose second version renames its components and their parameters."""

import shutil
from collections.abc import Mapping, Sequence
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

    @dataclass(frozen=True)
    class Share(Metric):
        '''The share of right predictions.'''

        scale: float = 1.0

        def build(self, classes: int) -> Any:
            import keras

            return keras.metrics.CategoricalAccuracy()
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
    .replace(
        "        scale: float",
        "        formerly: ClassVar[tuple[str, ...]] = ('share',)\n\n        scale: float",
    )
)
"""The architecture `alpha` is now `beta`, and its parameters have new names; a callback's too. The
metric `share` is now `portion`."""


class RenamedPlugin:
    """The distribution `zookit-renamed` in a folder on the path: one version at a time."""

    def __init__(self, folder: Path) -> None:
        self._site = Site(folder)

    def install(
        self,
        version: str,
        source: str,
        architectures: Mapping[str, str],
        metrics: Sequence[str] = ("share",),
    ) -> None:
        """Install a version, with a module of its own.

        `architectures` has classes by name, `metrics` the names of the metric.
        """
        self.uninstall()
        module = f"renamed_{version.replace('.', '_')}"
        self._site.module(module, source)
        points = [f"{name} = {module}:{cls}" for name, cls in architectures.items()]
        points += ["[zookit.callbacks]", f"stop_late = {module}:Stop", "[zookit.metrics]"]
        points += [f"{name} = {module}:Share" for name in metrics]
        self._site.install(NAME, "\n".join(points), version=version)
        forget_plugins()

    def install_first(self) -> None:
        """Install version 1.0, which has the architecture `alpha`."""
        self.install("1.0", FIRST, {"alpha": "Net"})

    def install_second(self) -> None:
        """Install version 2.0, in which `alpha` is called `beta`, and `share` is `portion`."""
        names = ("portion", "share")
        self.install("2.0", SECOND, {"beta": "Layer", "alpha": "Layer"}, names)

    def uninstall(self) -> None:
        """Remove any version."""
        for folder in self._site.path.glob("*.dist-info"):
            shutil.rmtree(folder)
        forget_plugins()
