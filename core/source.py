"""Where a data set's files are: what `Dataset.load` is given."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent

DataOrigin = Literal["full", "local", "sample"]
"""What was loaded: the pinned files, a folder that is not the pinned set, or the bundled sample."""
DataRequest = Literal["auto", "full", "sample"]
"""What is asked for; auto is full where it is available, otherwise the sample."""


@dataclass(frozen=True)
class Source:
    """A folder from which a data set loads its images.

    `folder` and `hash`, the SHA-256 of the files, are None for a data set that generates its
    images. `location` describes the folder in messages, for example "the bundled sample".
    """

    origin: DataOrigin
    folder: Path | None
    hash: str | None
    location: str
    progress: Progress = field(default=silent, compare=False)

    def file(self, *names: str) -> Path:
        """Return the first of these names that exists in the folder. Raises DataError."""
        if self.folder is None:
            raise DataError(f"there is no folder that could hold {names[0]}")
        for name in names:
            if (self.folder / name).is_file():
                return self.folder / name
        raise DataError(
            f"{self.folder} ({self.location}) has no {' or '.join(names)}. Put the file there, or "
            "use another source."
        )
