"""What a sweep is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from zookit.core import BadExperiment, Choice, Range
from zookit.core.errors import quoted
from zookit.core.messages import at_command_line, option
from zookit.sweeps import request_tables

DATASET, ARCHITECTURE, CALLBACKS, SEED = "dataset", "architecture", "callbacks", "seed"
"""The names of what varies besides settings and parameters."""
_NOT_VARIED = {
    name: option_
    for names, option_ in {
        ("dataset", "datasets"): ("-d mnist -d fashion_mnist", "datasets=['mnist', ...]"),
        ("architecture", "architectures"): ("-a dense -a cnn", "architectures=['dense', ...]"),
        ("callback", "callbacks"): ("--callbacks 'NAME NAME'", "callbacks=[['NAME', 'NAME'], []]"),
        ("seed", "seeds"): ("--seeds 3, or --seeds 5,7,11", "seeds=[5, 7, 11]"),
    }.items()
    for name in names
}
"""How to vary what is not a setting."""
_LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class SweepRequest:
    """All that decides which experiments a sweep trains; a plain value of words.

    Raises BadExperiment if it contradicts itself.

    Args:
        datasets: the words of the data sets.
        architectures: the words of the architectures.
        callbacks: sets of callbacks, each as the words of its callbacks.
        seeds: the seeds that each combination is trained with.
        vary: the settings and the parameters that vary, such as `learning_rate` and `dense.units`.
        options: the options of all cells, by the keywords of `zookit.run`, as words; a list of
            words where a run can have several components.
        exclude: what is left out. A combination that has all values of one of these is not trained.
        search: the words of the search.
    """

    datasets: tuple[str, ...]
    architectures: tuple[str, ...]
    callbacks: tuple[tuple[str, ...], ...] = ((),)
    seeds: tuple[int, ...] = (0,)
    vary: tuple[Choice | Range, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    exclude: tuple[Mapping[str, str], ...] = ()
    search: str = "grid"

    def __post_init__(self) -> None:
        """Check what can be checked without looking components up."""
        for name, noun, instead in (
            ("datasets", "data set", option("-d mnist", "datasets=['mnist']")),
            ("architectures", "architecture", option("-a dense", "architectures=['dense']")),
            ("callbacks", "set of callbacks", option("--callbacks ''", "callbacks=[[]] for none")),
            ("seeds", "seed", option("--seeds 1", "seeds=[0]")),
        ):
            given: Sequence[Any] = getattr(self, name)
            if not given:
                raise BadExperiment(f"a sweep needs at least one {noun}.", f"Add {instead}.")
            twice = next((each for at, each in enumerate(given) if each in given[:at]), None)
            if twice is not None:
                shown = " ".join(twice) if isinstance(twice, tuple) else twice
                raise BadExperiment(f"the {noun} {quoted(shown)} is given twice. Pass it once.")
        wrong = next((each for each in self.seeds if not 0 <= each <= _LARGEST_SEED), None)
        if wrong is not None:
            raise BadExperiment(f"a seed must be from 0 to {_LARGEST_SEED:,}, got {wrong}.")
        self._check_separated()
        self._check_varied()

    def _check_separated(self) -> None:
        for word in (word for words in self.callbacks for word in words):
            names = word.partition(":")[0].split(",")
            if len(names) > 1 and ".py" not in word:
                one, two = " ".join(names), " ".join(f"--callbacks {each}" for each in names)
                raise BadExperiment(
                    f"{quoted(word)} is not a callback: commas do not separate callbacks. For one "
                    f"set, write {option(f'--callbacks {one!r}', f'callbacks=[{names}]')}; for a "
                    f"set of each, {option(two, f'callbacks={[[each] for each in names]}')}."
                )

    def _check_varied(self) -> None:
        names = [each.name for each in self.vary]
        for name in names:
            if name in _NOT_VARIED:
                raise BadExperiment(
                    f"{name} does not vary by {option('--vary', 'vary')}. Write "
                    f"{option(*_NOT_VARIED[name])}."
                )
            if names.count(name) > 1:
                raise BadExperiment(
                    f"{name} is varied twice. Write all its values together, separated by commas."
                )
            if name in self.options:
                raise BadExperiment(
                    f"{name} is varied, and given as {quoted(self.options[name])} for all cells. "
                    "Remove one of them."
                )
        if "seed" in self.options:
            raise BadExperiment(
                f"a sweep has no single seed. Write {option(*_NOT_VARIED['seed'])}."
            )

    @classmethod
    def from_toml(cls, text: str, origin: str = "sweep.toml") -> "SweepRequest":
        """Read a request from TOML text. Raises BadExperiment and BadParameter."""
        fields_ = request_tables.read(text, origin)
        try:
            with at_command_line(really=False):  # what to write in the file is as in Python
                return cls(**fields_)
        except BadExperiment as error:
            error.message = f"{origin}: {error.message}"
            raise

    @classmethod
    def of(cls, **given: Any) -> "SweepRequest":
        """Return the request that a Python program makes, in the form of the TOML file.

        Raises BadExperiment and BadParameter.
        """
        return cls(**request_tables.arguments(given))

    def to_toml(self) -> str:
        """Return the request as TOML text, which `from_toml` reads."""
        return request_tables.written(
            {each.name: getattr(self, each.name) for each in fields(self)}
        )
