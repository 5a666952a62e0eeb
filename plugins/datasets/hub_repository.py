"""A data set repository on a Hugging Face hub: what it contains at a commit, and its files."""

import errno
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from zookit.core import DataError, DataUnavailable, WrongHash, reason_of, say, warn
from zookit.core.data import Progress, downloading, downloads_folder, written_aside
from zookit.plugins.datasets.download_limit import GIGABYTE, check_download
from zookit.plugins.datasets.hub_index import (
    COMMIT,
    HubFile,
    Index,
    index_of,
    read_commit,
    read_index,
    write_index,
)

T = TypeVar("T")

_OF_THE_DISK = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS)


@dataclass(frozen=True)
class Repository:
    """A data set repository, such as `ylecun/mnist`, and the folder of what is downloaded of it."""

    name: str

    @property
    def home(self) -> str:
        """The name of the folder in the cache."""
        return f"huggingface-{self.name.replace('/', '--')}"

    def index(self, revision: str, *, offline: bool) -> Index:
        """Return what the repository contains at a branch, a tag or a commit.

        Asks the hub, unless a commit is given whose content is known. If the hub cannot be reached,
        a branch is at the commit where it was last.

        Raises DataUnavailable or DataError, whose message begins with the name of the repository.
        """
        folder = downloads_folder(self.home)
        known = revision if COMMIT.fullmatch(revision) else read_commit(folder, revision)
        index = read_index(folder, known) if known else None
        if index is not None and (revision == known or offline):
            return index
        if offline:
            raise DataUnavailable(f"{self.name} at {revision} is not on this machine.")
        say(f"asking {host()} about {self.name}")
        try:
            found = self._asked(revision)
        except DataUnavailable as error:
            if index is None:
                raise
            warn(f"{error} Using commit {known}, which {revision!r} was at before.")
            return index
        with downloading(self.home) as own:
            write_index(own, found, revision)
        return found

    def folder(self, commit: str, files: Sequence[HubFile]) -> Path:
        """Return the folder for a choice of files at a commit, and no others. It may not exist.

        Its name does not come from the repository, which a stranger may have written.
        """
        paths = json.dumps(sorted(each.path for each in files))
        name = hashlib.sha256(paths.encode()).hexdigest()[:16]
        return downloads_folder(self.home) / commit / name

    def download(
        self,
        index: Index,
        files: Sequence[HubFile],
        *,
        progress: Progress,
        offline: bool,
    ) -> None:
        """Download the files that are missing in `folder(index.commit, files)`.

        Files that another choice has are linked.

        Args:
            index: what the repository contains.
            files: the files.
            progress: reports the bytes.
            offline: whether the network is not to be used.

        Raises:
            DataError: the files are larger than `check_download` allows, or than the free disk.
            DataUnavailable: the hub does not send them.
            WrongHash: it sends something else.
        """
        target = self.folder(index.commit, files)
        if all(is_here(target / file.path, file) for file in files):
            return
        if offline:
            raise DataUnavailable(f"{self.name} is not on this machine.")
        with downloading(self.home) as own:
            missing = [file for file in files if not _is_linked(target, file)]
            total = sum(file.size for file in missing)
            self._check_size(total, own)
            incomplete = own / "incomplete"
            with progress(f"downloading {self.name}", total, "bytes") as advance:
                for file in missing:
                    got = self._received(file, index.commit, incomplete, advance)
                    self._check(got, file)
                    (target / file.path).parent.mkdir(parents=True, exist_ok=True)
                    got.replace(target / file.path)
            shutil.rmtree(incomplete, ignore_errors=True)

    def _check_size(self, total: int, folder: Path) -> None:
        check_download(self.name, total)
        free = shutil.disk_usage(folder).free
        if total > free:
            raise DataError(
                f"{self.name} has {total / GIGABYTE:,.1f} GB to download, but {folder} has "
                f"{free / GIGABYTE:,.1f} GB free. Free some space, or set ZOOKIT_CACHE_DIR to a "
                "folder on a larger disk."
            )

    def _received(
        self, file: HubFile, commit: str, folder: Path, advance: Callable[[int], None]
    ) -> Path:
        from huggingface_hub import hf_hub_download
        from tqdm import tqdm

        received = 0

        class Bar(tqdm):
            """Passes the bytes on, and shows nothing."""

            def __init__(self, *arguments: Any, **options: Any) -> None:
                options.pop("name", None)  # the hub's own
                super().__init__(*arguments, **{**options, "disable": True})

            def update(self, n: float | None = 1) -> bool | None:
                nonlocal received
                step = min(int(n or 0), file.size - received)
                received += step
                advance(step)
                return None

        got = self._call(
            lambda: hf_hub_download(
                self.name,
                file.path,
                repo_type="dataset",
                revision=commit,
                local_dir=folder,
                tqdm_class=Bar,
            )
        )
        advance(file.size - received)
        return Path(got)

    def _check(self, path: Path, file: HubFile) -> None:
        with path.open("rb") as content:
            if file.sha256:
                found = hashlib.file_digest(content, "sha256").hexdigest()
            else:
                header = f"blob {path.stat().st_size}\0".encode()
                digest = hashlib.sha1(header, usedforsecurity=False)
                for block in iter(lambda: content.read(1 << 20), b""):
                    digest.update(block)
                found = digest.hexdigest()
        expected = file.sha256 or file.blob
        if found != expected:
            path.unlink()
            raise WrongHash(
                f"{self.name}: the hub sent {file.path} with the hash {found}, expected {expected}."
                " The wrong file was removed. Try again later."
            )

    def _asked(self, revision: str) -> Index:
        from huggingface_hub import HfApi

        info = self._call(
            lambda: HfApi().dataset_info(self.name, revision=revision, files_metadata=True),
            revision,
        )
        index = index_of(info, self.name)
        if COMMIT.fullmatch(revision) and index.commit != revision:
            raise DataError(
                f"{self.name}: {host()} answered with commit {index.commit} when it was asked for "
                f"{revision}. Try again later."
            )
        return index

    def _call(self, asking: Callable[[], T], revision: str = "") -> T:
        """Return the hub's answer. Raises DataUnavailable or DataError that says what to do."""
        from huggingface_hub.errors import (
            GatedRepoError,
            HfHubHTTPError,
            HFValidationError,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )

        log_in = "log in with 'hf auth login', or set HF_TOKEN"
        logs = logging.getLogger("huggingface_hub")
        before = logs.level
        # It reports what it tries again, with addresses.
        logs.setLevel(logging.CRITICAL)
        try:
            return asking()
        except HFValidationError:
            raise DataError(
                f"{self.name!r} is not the name of a repository. Expected OWNER/NAME, such as "
                "ylecun/mnist."
            ) from None
        except GatedRepoError:
            raise DataError(
                f"{self.name} is gated: its owner grants access. Ask for it on its page on "
                f"{host()}, then {log_in}."
            ) from None
        except RepositoryNotFoundError:
            raise DataError(
                f"{host()} has no data set {self.name}, or you may not see it. Check the name; if "
                f"it is private, {log_in}."
            ) from None
        except RevisionNotFoundError:
            raise DataError(
                f"{self.name} has no branch, tag or commit {revision!r}. Leave revision out for "
                "the newest state of its main branch."
            ) from None
        except HfHubHTTPError as error:
            status = error.response.status_code
            message = f"{self.name}: {host()} answered with status {status}."
            if status in (401, 403):
                raise DataError(f"{message} You may not read it: {log_in}.") from None
            raise DataUnavailable(f"{message} Try again later.") from None
        except Exception as error:  # noqa: BLE001 - which library it uses for HTTP has changed
            if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                raise DataUnavailable(
                    f"{self.name}: {error.filename or downloads_folder(self.home)} cannot be used "
                    f"({error.strerror}). Free some space, or change its permissions."
                ) from None
            raise DataUnavailable(
                f"{self.name}: {host()} cannot be reached ({reason_of(error)}). Connect to the "
                "network, or use a data set that was downloaded before."
            ) from None
        finally:
            logs.setLevel(before)


def _is_linked(folder: Path, file: HubFile) -> bool:
    """Return whether a file is in the folder of a choice, after linking it from another."""
    path = folder / file.path
    if is_here(path, file):
        return True
    others = folder.parent.iterdir() if folder.parent.is_dir() else ()
    found = next((each / file.path for each in others if is_here(each / file.path, file)), None)
    if found is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        try:
            aside.hardlink_to(found)
        except OSError:  # file systems without links
            shutil.copyfile(found, aside)
    return True


def host() -> str:
    """Return the name of the hub, without a user name or a password in its address."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or "the hub"


def is_here(path: Path, file: HubFile) -> bool:
    """Return whether a file is at a path; its content was verified when it was downloaded."""
    try:
        return path.is_file() and path.stat().st_size == file.size
    except OSError:
        return False
