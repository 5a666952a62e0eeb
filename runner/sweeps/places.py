"""Where the words of components are in a request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zookit.core import Choice
from zookit.core.search import Point
from zookit.registry import Registry, default
from zookit.registry.kind import Row
from zookit.registry.plugin_files import name_in
from zookit.sweeps.request import ARCHITECTURE, CALLBACKS, DATASET, SweepRequest
from zookit.training.options import is_number, split_words


@dataclass(frozen=True)
class Place:
    """Where components of a kind are in a request.

    Args:
        kind: the kind.
        varies: the name of the choice that selects them; empty if all cells have the same.
        words: the words of the components by the value of that choice; by "" if it does not vary.
    """

    kind: Row
    varies: str
    words: Mapping[str, tuple[str, ...]]

    @property
    def texts(self) -> tuple[str, ...]:
        """All words here, each once."""
        return tuple(dict.fromkeys(text for texts in self.words.values() for text in texts))

    def at(self, point: Point) -> tuple[str, ...]:
        """Return the words that a combination has here."""
        return self.words[point[self.varies] if self.varies else ""]


def places_of(request: SweepRequest, kinds: Mapping[str, Row]) -> Iterator[Place]:
    """Yield the places of a request; `kinds` are those that options select, by keyword."""
    yield Place(Registry.datasets, DATASET, {each: (each,) for each in request.datasets})
    architectures = {each: (each,) for each in request.architectures}
    yield Place(Registry.architectures, ARCHITECTURE, architectures)
    yield Place(Registry.callbacks, CALLBACKS, {" ".join(each): each for each in request.callbacks})
    varied = {each.name: each for each in request.vary}
    for name, kind in kinds.items():
        found = varied.get(name)
        if isinstance(found, Choice):
            values = found.values
            sets = {
                v: tuple(split_words(v.split(), name)) if kind.several else (v,) for v in values
            }
            yield Place(kind, name, sets)
        elif found is not None:
            continue  # a range of learning rates
        elif request.options.get(name) is not None:
            given = request.options[name]
            yield Place(
                kind, "", {"": tuple(split_words(given, name)) if kind.several else (str(given),)}
            )
        elif kind.default:
            yield Place(kind, "", {"": (kind.default,)})


def is_words(text: str) -> bool:
    """Return whether a text chooses a component; a learning rate may be a number."""
    return not is_number(text)


def full_name_of(kind: Row, text: str) -> str:
    """Return the full name of the component that words choose; empty if there is none."""
    name = default.words(text).partition(":")[0]
    group = default.of(kind)
    return group[name].full_name if name in group else ""


def is_in_file(kind: Row, text: str) -> bool:
    """Return whether words choose a component in a Python file, which may be unusable."""
    name, group = name_in(text), default.of(kind)
    return ".py" in name or (name in group and bool(group[name].declared.file))
