"""What a sweep leaves out: the combinations that have all values of one table of `exclude`."""

from contextlib import suppress

from zookit.core import BadExperiment, Choice, did_you_mean
from zookit.core.errors import quoted
from zookit.core.search import Point
from zookit.registry.plugin_files import name_in
from zookit.sweeps.request import SEED, SweepRequest
from zookit.sweeps.space import Space


class Exclusion:
    """Knows which combinations are left out.

    Raises BadExperiment if a table names nothing that varies, or a value that no combination has.
    """

    def __init__(self, request: SweepRequest, space: Space) -> None:
        self._tables = request.exclude
        self._sets = {place.varies for place in space.places if place.kind.several}
        choices = {each.name: each.values for each in space.varied if isinstance(each, Choice)}
        choices[SEED] = tuple(map(str, request.seeds))
        for table in self._tables:
            if not table:
                raise BadExperiment("an empty table in exclude would leave everything out.")
            for name, value in table.items():
                if name not in choices:
                    raise BadExperiment(
                        f"exclude: nothing is called {quoted(name)} that has several values."
                        f"{did_you_mean(name, choices)} Names: {', '.join(choices)}."
                    )
                if not any(self._equal(name, value, each) for each in choices[name]):
                    raise BadExperiment(
                        f"exclude: no combination has {name} = {quoted(value)}."
                        f"{did_you_mean(value, choices[name])} Values: "
                        f"{', '.join(map(quoted, choices[name]))}."
                    )

    def has(self, point: Point, seed: int) -> bool:
        """Return whether a combination with a seed is left out."""
        if not self._tables:
            return False
        values = {**point, SEED: str(seed)}
        return any(
            all(
                name in values and self._equal(name, value, values[name])
                for name, value in t.items()
            )
            for t in self._tables
        )

    def _equal(self, name: str, excluded: str, value: str) -> bool:
        """Return whether a value is the excluded one: equal, or of a component with that name.

        Of a set, each word that is excluded must be in it.
        """
        if name not in self._sets:
            return _same(excluded, value)
        words = excluded.split()
        return (
            not value.split()
            if not words
            else all(any(_same(word, each) for each in value.split()) for word in words)
        )


def _same(excluded: str, value: str) -> bool:
    if excluded in (value, name_in(value)):
        return True
    with suppress(ValueError):
        return float(excluded) == float(value)
    return False
