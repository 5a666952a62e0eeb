"""The folder of a model in an installed distribution, found through RECORD and checked against it.

Nothing in the folder is imported or executed, and only what RECORD lists is read.
"""

import base64
import binascii
import csv
import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zookit.core import BadRun, BrokenPlugin
from zookit.core.addresses import without_secrets
from zookit.core.errors import reason_of
from zookit.core.reading import as_text, open_regular, parse_json, read_bounded
from zookit.registry.entry import Entry, report_to
from zookit.registry.model_card import own_folder

_LARGEST_RECORD = 16_000_000
"""The largest RECORD, in bytes: 100,000 files."""
_LARGEST_ORIGIN = 100_000
_CHUNK = 1 << 20
_HASH = re.compile(r"sha256=([A-Za-z0-9_-]{43})=?")


@dataclass(frozen=True)
class InstalledModel:
    """A model: the entry point, the folder, and the SHA-256 of each of its files.

    `hashes` has the paths in the folder, with `/`, and hexadecimal digits. It is None for a model
    that is a folder of zookit's own source code, which has no RECORD.
    """

    entry: Entry[Any]
    folder: Path
    hashes: Mapping[str, str] | None

    @property
    def name(self) -> str:
        """The name that selects the model."""
        return self.entry.name

    @property
    def full_name(self) -> str:
        """`distribution/name`."""
        return self.entry.full_name

    @property
    def owner(self) -> str:
        """`distribution==version`."""
        return self.entry.owner

    def has(self, name: str) -> bool:
        """Return whether the model has a file of this name."""
        return name in self.hashes if self.hashes is not None else (self.folder / name).is_file()

    def checked_hash(self, name: str) -> str:
        """Return the SHA-256 of a file, empty if there is no RECORD. Raises as `check` does."""
        self.check(name)
        return "" if self.hashes is None else self.hashes[name]

    def check(self, *names: str) -> None:
        """Raise BrokenPlugin unless these files are those that RECORD lists."""
        for name in names if self.hashes is not None else ():
            self._check(name)

    def check_all(self) -> None:
        """Raise BrokenPlugin unless all files are those that RECORD lists."""
        self.check(*(self.hashes or ()))

    def mistake(self, complaint: str) -> BrokenPlugin:
        """Return an error about a fault that the author of the package made."""
        return self.entry.broken(complaint, report_to(self.entry.declared.distribution))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Report a BadRun of this block, which reads the model's files, as a mistake in them.

        The files are those that were installed, so a copy of the run would be no better.
        """
        try:
            yield
        except BadRun as error:
            reason = error.message.replace(f"{self.folder}/", "").rstrip(".")
            author = f"the author of {self.entry.declared.distribution}"
            raise self.entry.broken(
                f"cannot be read: {reason}", f"Upgrade zookit, or report this to {author}."
            ) from error

    def _check(self, name: str) -> None:
        assert self.hashes is not None
        if name not in self.hashes:
            raise self._damaged(f"RECORD does not list {name}")
        try:
            found = _sha256(self.folder / name)
        except FileNotFoundError:
            raise self._damaged(f"{name} is missing") from None
        except OSError as error:
            raise self._damaged(f"{name} cannot be read: {error.strerror or error}") from None
        if found != self.hashes[name]:
            raise self._damaged(f"{name} has been changed: its hash is not the one in RECORD")

    def _damaged(self, complaint: str) -> BrokenPlugin:
        return self.entry.broken(f"is damaged: {complaint}", reinstall(self.entry))


def reinstall(entry: Entry[Any]) -> str:
    """Return what to type to install the distribution of a model again."""
    url = _origin(Path(entry.declared.metadata)).get("url")
    # An index need not have what was installed from a file.
    source = shlex.quote(without_secrets(url)) if isinstance(url, str) else entry.owner
    return f"Reinstall it: pip install --force-reinstall --no-deps {source}"


def installed_model(entry: Entry[Any]) -> InstalledModel:
    """Return the model of an entry. Reads RECORD alone. Raises BrokenPlugin."""
    metadata = Path(entry.declared.metadata)
    if not metadata.is_dir():
        raise entry.broken(
            "is in an archive, but a model must be installed as files", reinstall(entry)
        )
    hashes = _recorded(entry, metadata)
    if hashes:
        return InstalledModel(entry, metadata.parent / entry.value, hashes)
    own = own_folder(entry.declared)
    if own is not None:
        return InstalledModel(entry, own, None)
    if _is_editable(metadata):
        name = entry.declared.distribution
        raise entry.broken(
            "is of an editable install, but a model must be installed as files",
            f"Install {name} without --editable.",
        )
    raise entry.broken("has no files: RECORD lists none in that folder", reinstall(entry))


def _recorded(entry: Entry[Any], metadata: Path) -> dict[str, str]:
    """Return the hashes of the files in the model's folder, as RECORD lists them."""
    start, hashes = f"{entry.value}/", {}
    try:
        text = as_text(read_bounded(metadata / "RECORD", _LARGEST_RECORD))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or reason_of(error)
        raise entry.broken(
            f"cannot be found: RECORD cannot be read ({reason})", reinstall(entry)
        ) from None
    try:
        for path, *rest in csv.reader(
            line for line in text.splitlines() if line.lstrip('"').startswith(start)
        ):
            name = path.removeprefix(start)
            if path.startswith(start) and not _is_compiled(name):
                hashes[name] = _parsed_hash(name, rest[0] if rest else "")
    except (csv.Error, ValueError) as error:
        raise entry.broken(
            f"cannot be found: RECORD is damaged ({error})", reinstall(entry)
        ) from None
    return hashes


def _is_compiled(name: str) -> bool:
    return name.startswith("__pycache__/")  # pip compiles what ends with .py, and lists no hash


def _parsed_hash(name: str, text: str) -> str:
    """Return the hexadecimal digits of a hash in RECORD. Raises ValueError."""
    if not all(part not in ("", ".", "..") for part in name.split("/")) or "\\" in name:
        raise ValueError(f"{name[:100]!r} is not a path in the folder")
    match = _HASH.fullmatch(text)
    if match is None:
        raise ValueError(f"{name[:100]!r} has no SHA-256")
    try:
        return base64.urlsafe_b64decode(f"{match[1]}=").hex()
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _sha256(path: Path) -> str:
    hashed = hashlib.sha256()
    with open_regular(path) as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()


def _is_editable(metadata: Path) -> bool:
    """Return whether the distribution was installed with `pip install --editable`."""
    origin = _origin(metadata).get("dir_info")
    is_editable = isinstance(origin, dict) and origin.get("editable") is True
    return is_editable or metadata.suffix == ".egg-info"


def _origin(metadata: Path) -> dict[str, Any]:
    """Return what pip recorded of a distribution that does not come from an index, or nothing."""
    try:
        found = parse_json(as_text(read_bounded(metadata / "direct_url.json", _LARGEST_ORIGIN)))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
