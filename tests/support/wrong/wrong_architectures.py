"""Architectures, each wrong in one way; ENTRIES names the checks that each must fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar

from zookit.core import Architecture, Doc, ImageShapeRefused, Preference

BUILDS = [0]


@dataclass(frozen=True)
class Right(Architecture):
    """A dense layer; nothing is wrong."""

    units: Annotated[int, Doc("Units.")] = 6

    def features(self, images: Any) -> Any:
        from keras import layers

        return layers.Dense(self.units)(layers.Flatten()(images))


class NoDocstring(Right):
    pass


NoDocstring.__doc__ = None
NoDocstring = dataclass(frozen=True)(NoDocstring)  # type: ignore[misc]


@dataclass(frozen=True)
class LongWinded(Right):
    """A dense layer whose docstring has a first line that is longer than what fits into one line of a table."""  # noqa: E501


@dataclass(frozen=True)
class NoMeaning(Right):
    """A dense layer with a parameter that has no description."""

    more: int = 1


@dataclass(frozen=True)
class Doubles(Right):
    """A dense layer that doubles its units whenever it is created."""

    units: Annotated[int, Doc("Units.")] = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", self.units * 2)


@dataclass(frozen=True)
class PlusInText(Right):
    """A dense layer with strings that words cannot express."""

    texts: Annotated[tuple[str, ...], Doc("Texts.")] = ("a+b",)


@dataclass(frozen=True)
class LostParameter(Right):
    """A dense layer whose old parameter leads nowhere."""

    renamed: ClassVar[Mapping[str, str]] = {"size": "unit"}


@dataclass(frozen=True)
class LostName(Right):
    """A dense layer whose old entry point is gone."""

    formerly: ClassVar[tuple[str, ...]] = ("older",)


@dataclass(frozen=True)
class TakenName(Right):
    """A dense layer whose old name is now that of another one."""

    formerly: ClassVar[tuple[str, ...]] = ("right",)


@dataclass(frozen=True)
class FourSizes(Right):
    """A body that does not flatten."""

    def features(self, images: Any) -> Any:
        return images


@dataclass(frozen=True)
class NoPreference(Right):
    """A dense layer whose preference is a string."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return "xla"  # type: ignore[return-value]


@dataclass(frozen=True)
class RefusesAll(Right):
    """A dense layer that refuses every image shape."""

    def check(self, image_shape: tuple[int, int, int]) -> None:
        raise ImageShapeRefused("none")


@dataclass(frozen=True)
class WeightBeside(Right):
    """A dense layer and another one that has no influence."""

    def features(self, images: Any) -> Any:
        from keras import layers

        outputs = super().features(images)
        return outputs + 0.0 * layers.Dense(self.units, name="beside")(outputs)


@cache
def one_layer() -> Any:
    from keras import layers

    return layers.Dense(4)


@dataclass(frozen=True)
class Shares(Right):
    """The same dense layer in each build."""

    def features(self, images: Any) -> Any:
        from keras import layers

        return one_layer()(layers.GlobalAveragePooling2D()(images)[:, :1])


@dataclass(frozen=True)
class Grows(Right):
    """A dense layer with one more unit in each build."""

    def features(self, images: Any) -> Any:
        from keras import layers

        BUILDS[0] += 1
        return layers.Dense(BUILDS[0])(layers.Flatten()(images))


@dataclass(frozen=True)
class Remembers(Right):
    """A dense layer that records in the component that it was built."""

    def features(self, images: Any) -> Any:
        object.__setattr__(self, "built", True)
        return super().features(images)


@dataclass(frozen=True)
class Unregistered(Right):
    """A dense layer after one that Keras cannot load."""

    def features(self, images: Any) -> Any:
        from keras import layers

        class Same(layers.Layer):  # type: ignore[misc]
            def call(self, inputs: Any) -> Any:
                return inputs * 2.0

        return super().features(Same()(images))


@dataclass(frozen=True)
class ByChance(Right):
    """A dense layer after a random factor that is drawn in each build."""

    def features(self, images: Any) -> Any:
        import numpy as np

        return super().features(images * float(np.random.default_rng().random()))


@dataclass(frozen=True)
class NotForXla(Right):
    """A rotation, which XLA cannot compile, with a preference for XLA."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: Any) -> Any:
        from keras import layers

        return super().features(layers.RandomRotation(0.1)(images))


ENTRIES = {
    "right": (Right, ()),
    "no_docstring": (NoDocstring, ("is fit to show",)),
    "long_winded": (LongWinded, ("is fit to show",)),
    "no_meaning": (NoMeaning, ("is fit to show",)),
    "doubles": (Doubles, ("parameters make the round trip",)),
    "plus_in_text": (PlusInText, ("parameters make the round trip",)),
    "lost_parameter": (LostParameter, ("old names still work",)),
    "lost_name": (LostName, ("old names still work",)),
    "taken_name": (TakenName, ("old names still work",)),
    "four_sizes": (FourSizes, ("builds for every data set", "trains", "exports to every format")),
    "no_preference": (NoPreference, ("builds for every data set", "trains")),
    "refuses_all": (
        RefusesAll,
        (
            "builds for every data set",
            "builds share nothing",
            "every trainable weight learns",
            "survives saving and loading",
            "trains",
            "exports to every format",
        ),
    ),
    "weight_beside": (WeightBeside, ("every trainable weight learns",)),
    "shares": (Shares, ("builds share nothing",)),
    "grows": (Grows, ("builds share nothing", "survives saving and loading")),
    "remembers": (Remembers, ("builds share nothing",)),
    "unregistered": (
        Unregistered,
        ("survives saving and loading", "exports to every format"),
    ),
    "by_chance": (ByChance, ("survives saving and loading",)),
    "not_for_xla": (NotForXla, ("trains",)),
}
