"""The words of other tools and of everyday speech, and what stands for them here.

Names of components do not belong here: what they are called elsewhere is in their docstrings.
"""

from typing import NamedTuple

VALUE = ""
"""Stands for an option whose value is a word of its own here."""
PARAMETER = ":"
"""Stands for an option that is a parameter of a component to add."""


class Foreign(NamedTuple):
    """A row of a table.

    Args:
        words: foreign words, separated by blanks, in lower case and without dashes.
        instead: what may stand for them; without any, an option is left out.
        why: the reason, as sentences.
    """

    words: str
    instead: tuple[str, ...] = ()
    why: str = ""


NOTHING = Foreign("")
"""The row of a word that is in no table."""


def _by_word(*rows: Foreign) -> dict[str, Foreign]:
    return {word: row for row in rows for word in row.words.split()}


_HEAD = "The last layer follows from the classes of the data set, so no option sets it."
_FLAT = "Dense layers need flat input, so architectures that begin with one flatten the images."
_DEVICE = "TensorFlow uses a GPU if it finds one; zookit doctor shows the devices."
_LAYERS = "Layers are parameters of the architecture; zookit show lists them."
_WORDS = "The data set, the architecture and callbacks are words of their own."
_DELETE = "A run is a folder in runs; delete that folder. 'zookit data clear' removes data sets."
_SAVED = (
    "Every run is saved; 'zookit export latest --to keras' writes its model for other programs."
)
_SAMPLE = (
    "The samples are included, so nothing needs to be fetched: add --data sample to a command such "
    "as run."
)
_INSTALL = "Packages are installed with: zookit install NAME"

OPTIONS = _by_word(
    Foreign("outputs classes numclasses noutputs", why=_HEAD),
    Foreign("noflatten flatten", why=_FLAT),
    Foreign("gpu gpus device cuda", why=_DEVICE),
    Foreign("verbose progress", why="Progress is shown unless --quiet is given."),
    Foreign("shuffle noshuffle", why="Training images are always shuffled."),
    Foreign("layers hidden", why=_LAYERS),
    Foreign("metrics", ("--metric",)),
    Foreign("save savemodel", why=_SAVED),
    Foreign("sort sortby", ("--by",)),
    Foreign("dataset model architecture arch network callback callbacks", (VALUE,), _WORDS),
    Foreign("run name file files input", (VALUE,)),
    Foreign("patience monitor mindelta", (PARAMETER,)),
    Foreign("normalise", ("--normalize",)),
    Foreign("lr", ("--learning-rate",)),
    Foreign("pretrained weights initialweights initfrom startfrom finetune warmstart", ("--init",)),
    Foreign("valsplit validationsplit", ("--validation",)),
    Foreign("summary", ("--on",)),
    Foreign("format", ("--to", "--json", "--csv")),
    Foreign("e", ("--epochs",)),
    Foreign("b", ("--batch-size",)),
    Foreign("o", ("--output",)),
    Foreign("v", ("--version",)),
)

COMMANDS = _by_word(
    Foreign("train fit start learn", ("run",)),
    Foreign("test", ("evaluate", "verify")),
    Foreign("eval score", ("evaluate",)),
    Foreign("classify infer inference", ("predict",)),
    Foreign("ls plugins zoo", ("list",)),
    Foreign("models", ("list models",)),
    Foreign("networks", ("list architectures",)),
    Foreign("info", ("show", "list")),
    Foreign("describe summary", ("show",)),
    Foreign("history experiments log", ("runs",)),
    Foreign("continue restart", ("resume",)),
    Foreign("rerun repeat", ("reproduce",)),
    Foreign("init create scaffold", ("new",)),
    Foreign("save convert", ("export",)),
    Foreign("leaderboard rank", ("compare",)),
    Foreign("version", ("--version",)),
    Foreign("upload share", ("push",)),
    Foreign("publish pack", ("package", "push")),
    Foreign("download get prepare", ("data fetch", "fetch")),
    Foreign("delete remove rm clean purge", ("clear",), _DELETE),
    Foreign("add update upgrade", why=_INSTALL),
    # Commands of zookit, for the arguments of another one.
    Foreign("list", ("show",)),
    Foreign("show", ("report", "list")),
    Foreign("runs", ("report",)),
    Foreign("latest", ("report latest",)),
    Foreign("doctor", ("check",)),
    Foreign("check", ("verify",)),
)
"""For a command that is unknown, or whose arguments do not fit."""

WORDS = _by_word(
    Foreign("model", ("architecture", "models")),
    Foreign("models network networks net nets", ("architecture", "architectures")),
    Foreign("data", ("dataset", "datasets")),
    Foreign("tracker trackers logger loggers", ("listener", "listeners")),
    Foreign("sample samples", why=_SAMPLE),
)
"""For a word in a place that offers what stands for it."""

EXAMPLES = _by_word(
    Foreign("validation", ("0.1",)),
    Foreign("learningrate", ("0.001",)),
    Foreign("threads", ("1",)),
    Foreign("image", ("0",)),
    Foreign("top", ("3",)),
    Foreign("sheet", ("sheet.png",)),
    Foreign("reportoutput", ("report.html",)),
    Foreign("newname", ("zookit-stripes",)),
)
"""Values for an option, or for an option or argument of a command, that has no default to show."""
