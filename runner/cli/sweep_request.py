"""What the options of `zookit sweep` ask for."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.cli.component_options import chosen_components
from zookit.cli.run_argument import RUNS_DIR
from zookit.cli.sweep_options import DRY_RUN, FULL, PLAN
from zookit.cli.training_options import OPTIONS
from zookit.core import BadExperiment, BadParameter, did_you_mean
from zookit.core.errors import quoted

if TYPE_CHECKING:
    from zookit.sweeps.options import SweepOptions
    from zookit.sweeps.request import SweepRequest

_LARGEST = 10_000_000
"""The largest file, in bytes."""
_OPTION = {
    "datasets": "--dataset",
    "architectures": "--architecture",
    "callbacks": "--callbacks",
    "seeds": "--seeds",
    "vary": "--vary",
    "search": "--search",
}


def request_and_options(given: Mapping[str, Any]) -> "tuple[SweepRequest, SweepOptions]":
    """Return what a sweep trains and how, by its options, a file, or the folder to continue.

    Raises BadExperiment, BadParameter or BadRun if they contradict each other or cannot be read.
    """
    from zookit.sweeps.kept import Reuse
    from zookit.sweeps.options import SweepOptions
    from zookit.sweeps.sweep import read_request

    if given["dry_run"] not in (None, PLAN, FULL):
        raise BadParameter(
            f"{DRY_RUN} must be {FULL}, or have no value, got {quoted(given['dry_run'])}."
            f"{did_you_mean(given['dry_run'], [FULL])}"
        )
    attach: Path | None = given["attach"]
    if attach is None:
        request, before = request_of(given), SweepOptions()
    else:
        _check_attached(given)
        request, before = read_request(attach)
    return request, SweepOptions(
        launcher=given["launcher"] or before.launcher,
        listeners=tuple(given["listeners"] or before.listeners),
        limit=given["limit"] or before.limit,
        reuse=Reuse(
            versions=given["accept_versions"] or before.reuse.versions,
            threads=given["reuse"] == "any" if given["reuse"] else before.reuse.threads,
        ),
    )


def request_of(given: Mapping[str, Any]) -> "SweepRequest":
    """Return what the options of a sweep ask for, or the file that they name.

    Raises BadExperiment or BadParameter if they contradict each other or the file.
    """
    from zookit.sweeps.request import SweepRequest

    fields, options = _given(given), _options(given)
    file: Path | None = given["file"]
    if file is None:
        if not fields.get("datasets") or not fields.get("architectures"):
            missing = "an architecture" if fields.get("datasets") else "a data set"
            raise BadExperiment(
                f"a sweep needs {missing}; 'zookit list' shows all names.",
                "Run: zookit sweep -d DATASET -a ARCHITECTURE, or zookit sweep --from FILE.",
            )
        return SweepRequest(**fields, options=options)
    request = _read(file)
    for name, value in fields.items():
        if value != getattr(request, name):
            raise _contradiction(_OPTION[name], value, getattr(request, name), file)
    for name, value in options.items():
        filed = request.options.get(name)
        if _words(value) != _words(filed):
            raise _contradiction(name, value, filed, file)
    return request


def _check_attached(given: Mapping[str, Any]) -> None:
    """Raise BadParameter if options say what is trained, or where, which the folder says."""
    asked = [*(_OPTION[name] for name in _given(given)), *_options(given)]
    asked += ["--from"] if given["file"] is not None else []
    if given["runs_dir"] not in (RUNS_DIR, given["attach"]):
        asked.append(f"--runs-dir {given['runs_dir']}")
    if asked:
        raise BadParameter(
            f"got both --attach {given['attach']} and {', '.join(asked)}. --attach continues the "
            "last sweep of the folder as it was asked for. Remove the other options, or --attach."
        )


def _given(given: Mapping[str, Any]) -> dict[str, Any]:
    from zookit.sweeps.request_tables import seeds_of
    from zookit.sweeps.vary import parse_vary

    found: dict[str, Any] = {}
    if given["datasets"]:
        found["datasets"] = tuple(given["datasets"])
    if given["architectures"]:
        found["architectures"] = tuple(given["architectures"])
    if given["callbacks"] is not None and given["callbacks"] != []:
        found["callbacks"] = tuple(tuple(each.split()) for each in given["callbacks"])
    if given["seeds"] is not None:
        found["seeds"] = seeds_of(given["seeds"])
    if given["vary"]:
        found["vary"] = tuple(map(parse_vary, given["vary"]))
    if given["search"] is not None:
        found["search"] = given["search"]
    return found


def _options(given: Mapping[str, Any]) -> dict[str, Any]:
    names = [name for name in (*OPTIONS, "freeze", "init") if name != "seed"]
    return {each: given[each] for each in names if given[each] is not None} | chosen_components(
        given
    )


def _read(file: Path) -> "SweepRequest":
    from zookit.core.reading import read_text_bounded
    from zookit.sweeps.request import SweepRequest

    try:
        text = read_text_bounded(file, _LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadExperiment(
            f"{file} cannot be read: {reason}. Pass the TOML file of a sweep, such as the "
            "sweep.toml in a folder of runs."
        ) from None
    return SweepRequest.from_toml(text, str(file))


def _contradiction(name: str, value: Any, filed: Any, file: Path) -> BadParameter | BadExperiment:
    shown = [_shown(each) for each in (value, filed)]
    return BadExperiment(
        f"{name} is {shown[0]} on the command line but {shown[1]} in {file}. Remove the option, "
        "or edit the file."
    )


def _shown(value: Any) -> str:
    from zookit.core import Choice, Range
    from zookit.sweeps.vary import vary_words

    if value is None:
        return "not given"
    if isinstance(value, tuple) and all(isinstance(each, Choice | Range) for each in value):
        return quoted(" ".join(map(vary_words, value)))
    return quoted(_words(value))


def _words(value: Any) -> Any:
    """Return a value as text, for comparison and for messages: a file may have numbers."""
    from zookit.core import text_of

    if isinstance(value, list | tuple):
        return " ".join(map(_words, value)) if value else ""
    return None if value is None else text_of(value)
