"""The card of a model: what it is, how good it is, how it was trained, and its limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from zookit.core import ComponentSpec, DatasetInfo, ZookitError
from zookit.core.messages import printable, warn
from zookit.data.dataset_info import checked_info
from zookit.inference.scores import Scores
from zookit.registry import default
from zookit.registry.model_card import CARD
from zookit.report.predictions import results_of
from zookit.report.view import view_of
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import RunRecord
from zookit.scaffold.limits import limits_of
from zookit.scaffold.model_curves import drawings_of
from zookit.scaffold.package_metadata import PackageMetadata

_TEMPLATE = "card.md.jinja"
_ESCAPED = str.maketrans({each: f"\\{each}" for each in "\\`*[]<>|#"})


@dataclass(frozen=True)
class Picture:
    """A drawing of the card: its file, and its text alternative."""

    file: str
    label: str


def write_card(
    run: RunRecord,
    metadata: PackageMetadata,
    requirements: tuple[str, ...],
    dataset: ComponentSpec | None = None,
) -> None:
    """Write the card of a finished run into its folder, with its drawings beside it.

    The licence of the data comes from `dataset`, by default the run's: its folder may have another
    name here. Warns if it is not known. Raises BadRun if a file of the run is damaged.
    """
    evaluation = load_evaluation(run)
    assert evaluation is not None  # of a finished run
    experiment, names = run.experiment, run.environment.data.class_names
    results = results_of(evaluation, names, "test")
    pictures = []
    for file, label, content in drawings_of(run, results):
        (run.folder / file).write_text(content, encoding="utf-8")
        pictures.append(Picture(file, label))
    view = view_of(run, 1, with_details=False)
    text = _template().render(
        run=run,
        data=run.environment.data,
        package=metadata,
        title=f"{experiment.architecture.short_words} on {experiment.dataset.short_words}",
        versions=_versions(run),
        requirements=requirements,
        view=view,
        results=results,
        pictures=pictures,
        facts=list(_facts(dataset or experiment.dataset)),
        limits=list(limits_of(run, Scores.of(evaluation, names))),
    )
    (run.folder / CARD).write_text(text, encoding="utf-8")


def _versions(run: RunRecord) -> str:
    versions = dict(run.environment.versions)
    platform = versions.pop("platform", "")
    versions = {"Python" if name == "python" else name: each for name, each in versions.items()}
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{packages} on {platform}" if platform else packages


def _facts(dataset: ComponentSpec) -> Iterator[tuple[str, str]]:
    """Yield what the data set says about itself; warn if it cannot be asked here."""
    info = _info(dataset)
    if info is not None:
        for name, text in (
            ("licence", info.license),
            ("citation", info.citation),
            ("homepage", info.homepage),
        ):
            if text:
                yield name, " ".join(text.split())


def _info(dataset: ComponentSpec) -> DatasetInfo | None:
    try:
        return checked_info(default.datasets.build(dataset).component)
    except ZookitError as error:  # not installed here, or its files are not here
        warn(
            f"the card does not name the licence of {dataset.short_words}, which is not known "
            f"here: {error} Then package the run again."
        )
        return None


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("zookit.scaffold"),
        autoescape=False,  # noqa: S701 - Markdown; `finalize` escapes it
        finalize=_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _code
    return environment.get_template(_TEMPLATE)


def _escaped(value: object) -> object:
    """Return a text so that Markdown shows it as it is: class names may be anything."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value).translate(_ESCAPED)
    return value


def _code(text: str) -> Markup:
    """Return a text as code, which may stand in a table."""
    return Markup(f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`")  # noqa: S704
