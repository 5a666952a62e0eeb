"""The weights that the cells of a sweep start from, and the sweep's copies of them."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from zookit.core import BadRun, Experiment, ZookitError
from zookit.core.data.writing import remove_leftovers, written_aside
from zookit.core.reading import parse_json
from zookit.runs.arrays import load_arrays, save_arrays
from zookit.runs.environment import InstalledComponent
from zookit.runs.initial_weights import InitialWeights, TrainedModel, unwritable_copy
from zookit.runs.order import after_time
from zookit.runs.run import checked
from zookit.runs.runs_dir import RUNS_DIR
from zookit.training.initial_weights import location_of, read_source

_FOLDER = Path(".sweep", "initial_weights")
_SUFFIX = ".safetensors"
_DIGITS = 16
"""The digits of a location's SHA-256 in the name of its copy."""


@dataclass(frozen=True)
class _About:
    """What a copy says of its weights, as `InitialWeights` has it."""

    name: str
    location: str
    model: TrainedModel
    warnings: tuple[str, ...]
    installed: InstalledComponent | None


@dataclass(eq=False)
class Starts:
    """The runs and models that the cells of a sweep start from.

    The sweep in `runs_dir` has a copy of their weights, so that it can be continued and shown when
    they are gone. What is there is read rather than its copy.
    """

    runs_dir: Path = RUNS_DIR
    _read: dict[str, InitialWeights] = field(default_factory=dict)

    def location(self, text: str) -> str:
        """Return a name of a run or model that means the same in any folder, and later.

        Raises as `location_of` does, unless there is a copy.
        """
        found = self._found(text)
        return found if isinstance(found, str) else found.location

    def read(self, text: str) -> InitialWeights:
        """Return the weights of a run or model. Raises as `location` and `read_source` do."""
        if text not in self._read:
            found = self._found(text)
            if isinstance(found, str):
                found = read_source(found, self.runs_dir)
            self._read[text] = found
        return self._read[text]

    def save(self) -> None:
        """Copy all that was read, and name the copies as its location. Raises FolderError."""
        remove_leftovers(self.runs_dir / _FOLDER)
        for text, each in self._read.items():
            about = _About(each.name, each.location, each.model, each.warnings, each.installed)
            path = self._path(each.location)
            try:
                with written_aside(path) as aside:
                    save_arrays(aside, each.arrays, json.dumps(asdict(about), sort_keys=True))
            except OSError as error:
                raise unwritable_copy(path, error) from error
            self._read[text] = replace(each, location=str(path))

    def _path(self, location: str) -> Path:
        name = sha256(location.encode()).hexdigest()[:_DIGITS]
        return self.runs_dir.absolute() / _FOLDER / f"{name}{_SUFFIX}"

    def _found(self, text: str) -> str | InitialWeights:
        """Return the location of a run or model, or the only copy of that name."""
        try:
            return location_of(text, self.runs_dir)
        except ZookitError:
            copies = list(self._copies())
            found = [each for each in copies if text == each.location] or [
                each for each in copies if _is_named(each, text)
            ]
            if len(found) != 1:
                raise
            return found[0]

    def _copies(self) -> Iterator[InitialWeights]:
        """Yield the copies that can be read."""
        for path in sorted((self.runs_dir / _FOLDER).glob(f"*{_SUFFIX}")):
            try:
                yield _read(path)
            except BadRun:
                continue


def start_of_job(experiment: Experiment) -> InitialWeights | None:
    """Return the weights that a job's experiment starts from, if they are a sweep's copy.

    Raises BadRun if the copy is missing or damaged.
    """
    path = Path(experiment.initial_weights)
    return _read(path) if path.suffix == _SUFFIX else None


def _is_named(copy: InitialWeights, text: str) -> bool:
    """Return whether a text is a name of the run or model, as it was when this was there."""
    try:
        if str(Path(text).expanduser().resolve()) == copy.location:
            return True
    except (OSError, ValueError, RuntimeError):  # too long, or not a path
        return False
    return any(each.startswith(text) for each in (copy.name, after_time(copy.name)))


def _read(path: Path) -> InitialWeights:
    """Return the weights of a copy. Raises BadRun."""
    try:
        arrays, text = load_arrays(path)
        about = checked(path, parse_json(text), _About)
    except (BadRun, ValueError):
        raise BadRun(
            f"{path}, the sweep's copy of the weights that it starts from, is missing or damaged. "
            "Restore the run or model that they come from, and start the sweep again; what is "
            "trained is kept."
        ) from None
    return InitialWeights(arrays=arrays, **vars(about))
