"""Creates installed distributions with models, for benchmarks and tests."""

import base64
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

LEFT_OUT = ("checkpoint.safetensors", "report.html")
"""What is in a run's folder and not in a model's."""


def make_model(
    site: Path,
    run: Path,
    distribution: str = "zookit-tiny",
    name: str = "tiny",
    *,
    version: str = "1.0",
    folder: str = "",
    requires: Sequence[str] = ("zookit",),
    card: str = "# tiny\n\nA tiny model.\n",
) -> Path:
    """Write a distribution with one model as pip would install it; return the model's folder.

    Args:
        site: the folder, which must be on sys.path.
        run: the folder of a finished run.
        distribution: the name of the distribution.
        name: the model's name.
        version: the version of the distribution.
        folder: the folder of the model, by default named after the distribution.
        requires: the requirements in METADATA.
        card: the model's card.
    """
    own = distribution.replace("-", "_")
    target = site / (folder or own)
    shutil.copytree(run, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (target / "card.md").write_text(card, encoding="utf-8")
    make_metadata(
        site, distribution, version, f"{name} = {folder or own}", requires, text=card, data=target
    )
    return target


def make_metadata(
    site: Path,
    distribution: str,
    version: str,
    line: str,
    requires: Sequence[str] = ("zookit",),
    *,
    text: str = "",
    data: Path | None = None,
) -> Path:
    """Write the metadata of a distribution; return their folder.

    Args:
        site: the folder, which must be on sys.path.
        distribution: the name of the distribution.
        version: the version of the distribution.
        line: the line of its entry point.
        requires: the requirements in METADATA.
        text: the long description in METADATA.
        data: the folder whose files RECORD lists.
    """
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    required = "".join(f"Requires-Dist: {each}\n" for each in requires)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\n"
        f"Summary: A model of {distribution}.\n{required}\n{text}\n",
        encoding="utf-8",
    )
    (info / "entry_points.txt").write_text(f"[zookit.models]\n{line}\n", encoding="utf-8")
    files = [each for each in data.rglob("*") if each.is_file()] if data is not None else []
    rows = [f"{each.relative_to(site).as_posix()},{recorded_hash(each)}\n" for each in files]
    (info / "RECORD").write_text("".join([*rows, f"{info.name}/RECORD,,\n"]), encoding="utf-8")
    return info


def recorded_hash(path: Path) -> str:
    """Return the hash and the size of a file, as RECORD has them."""
    content = path.read_bytes()
    hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return f"sha256={hashed},{len(content)}"
