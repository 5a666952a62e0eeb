"""Options and commands of other tools, and what stands for them here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Foreign:
    """What a word of other tools means here.

    Args:
        instead: the words that stand for it; without any it is left out.
        why: the reason, as a sentence; may be empty.
        takes_value: whether a word behind it without a dash is its value.
        word: whether the value stands here by itself.
    """

    instead: tuple[str, ...] = ()
    why: str = ""
    takes_value: bool = True
    word: bool = False


_HEAD = "The last layer follows from the classes of the data set, so no option sets it."
_SHOWN = "Progress is shown unless --quiet is given."
_DEVICE = "TensorFlow uses a GPU if it finds one; zookit doctor shows the devices."
_LAYERS = "Layers are parameters of the architecture, such as dense:512."

OPTIONS = {
    **dict.fromkeys(("outputs", "classes", "numclasses", "noutputs"), Foreign(why=_HEAD)),
    **dict.fromkeys(
        ("noflatten", "flatten"),
        Foreign(why="Dense layers need flat input, so dense flattens.", takes_value=False),
    ),
    **dict.fromkeys(("gpu", "gpus", "device", "cuda"), Foreign(why=_DEVICE)),
    **dict.fromkeys(("verbose", "progress"), Foreign(why=_SHOWN)),
    **dict.fromkeys(("shuffle", "noshuffle"), Foreign(why="Training images are always shuffled.")),
    **dict.fromkeys(("layers", "hidden"), Foreign(why=_LAYERS)),
    "loss": Foreign(why="The loss follows from the number of classes."),
    "metrics": Foreign(why="Accuracy is always measured; zookit evaluate shows more."),
    "normalise": Foreign(("--normalize",)),
    "lr": Foreign(("--learning-rate",)),
    "format": Foreign(("--to",)),
    "e": Foreign(("--epochs",)),
    "b": Foreign(("--batch-size",)),
    "o": Foreign(("--output",)),
    "v": Foreign(("--version",), takes_value=False),
    "valsplit": Foreign(("--validation",)),
    "validationsplit": Foreign(("--validation",)),
    "patience": Foreign(("early_stopping:patience=",)),
    "earlystopping": Foreign(("early_stopping",), takes_value=False),
    **dict.fromkeys(
        ("callback", "callbacks", "dataset", "model", "architecture", "arch", "network"),
        Foreign(
            why="The data set, the architecture and callbacks are words of their own.", word=True
        ),
    ),
    **dict.fromkeys(("run", "name", "file", "files", "input"), Foreign(word=True)),
}
"""By name, in lower case and without dashes."""

COMMANDS = {
    **dict.fromkeys(("train", "fit", "start", "learn"), "run"),
    **dict.fromkeys(("test", "eval", "score"), "evaluate"),
    **dict.fromkeys(("classify", "infer", "inference"), "predict"),
    **dict.fromkeys(("ls", "plugins", "zoo"), "list"),
    "models": "list architectures",
    "networks": "list architectures",
    **dict.fromkeys(("info", "describe", "summary"), "show"),
    **dict.fromkeys(("history", "experiments", "log"), "runs"),
    **dict.fromkeys(("continue", "restart"), "resume"),
    **dict.fromkeys(("rerun", "repeat"), "reproduce"),
    **dict.fromkeys(("init", "create", "scaffold"), "new"),
    **dict.fromkeys(("save", "convert"), "export"),
    **dict.fromkeys(("leaderboard", "rank"), "compare"),
}
"""The command that stands for a command of other tools."""

NESTED = {
    **dict.fromkeys(("remove", "delete", "rm", "clean", "purge"), "clear"),
    **dict.fromkeys(("download", "get", "pull", "prepare"), "fetch"),
    **dict.fromkeys(("ls", "show", "info"), "list"),
    **dict.fromkeys(("check", "test"), "verify"),
}
"""The command of a group of commands that stands for a command of other tools."""

NOUNS = {
    **dict.fromkeys(("model", "network", "net"), "architecture"),
    **dict.fromkeys(("models", "networks", "nets"), "architectures"),
    **dict.fromkeys(("data", "dataset"), "datasets"),
    **dict.fromkeys(("trackers", "loggers"), "listeners"),
}
"""The kind of plugin that other tools call so."""

ARGUMENTS: dict[str, tuple[str, ...]] = {"new": ("zookit-stripes",)}
"""An argument for a command that has none to complete."""

INSTEAD = {
    "runs": ("report",),
    "list": ("show",),
    "show": ("report",),
    "doctor": ("check",),
}
"""The command to which the arguments of another one may belong."""

EXAMPLES = {
    "--validation": "0.1",
    "--learning-rate": "0.001",
    "--threads": "1",
    "--image": "0",
    "--top": "3",
    "--sheet": "sheet.png",
    "--on": "mnist",
}
"""A value for an option that has no default to show."""

_DELETE = "A run is a folder in runs; delete that folder. 'zookit data clear' removes data sets."
_INSTALL = "Packages are installed with: pip install NAME"
WHY = {
    **dict.fromkeys(("delete", "remove", "rm", "clean"), _DELETE),
    **dict.fromkeys(("install", "add", "uninstall", "update", "upgrade"), _INSTALL),
}
"""What to do instead of a command that no command stands for."""
