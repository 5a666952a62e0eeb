"""The source of a data set's files, which `Dataset.load` receives."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent

DataOrigin = Literal["full", "local", "sample"]
"""What was loaded: the full data set, a local folder that differs from it, or the sample."""
DataRequest = Literal["auto", "full", "sample"]
"""What to load; auto is the full data set if it is available, otherwise the sample."""

SplitName = Literal["train", "validation", "test"]
"""The splits of a data set; not all have validation."""


@dataclass(frozen=True)
class Source:
    """A folder from which a data set loads its images.

    Args:
        origin: which data this is.
        folder: the folder; None for a data set that generates its images.
        hash: the SHA-256 of the files; None for a data set that generates its images.
        location: a description of the folder for messages, such as "the bundled sample".
        progress: reports the progress of loading.
    """

    origin: DataOrigin
    folder: Path | None
    hash: str | None
    location: str
    progress: Progress = field(default=silent, compare=False)

    def file(self, *names: str) -> Path:
        """Return the first of these names that exists in the folder. Raises DataError."""
        if self.folder is None:
            raise DataError(
                f"there is no file {names[0]}, because the data set generates its images."
            )
        for name in names:
            if (self.folder / name).is_file():
                return self.folder / name
        raise DataError(
            f"{self.folder} ({self.location}) has no {' or '.join(names)}. Copy the file to that "
            "folder."
        )
