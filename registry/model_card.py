"""The card of a model, `card.md` in its folder, which describes it for people."""

import re
from pathlib import Path

from zookit.core.reading import open_regular, read_up_to
from zookit.registry.metadata import Declared
from zookit.registry.names import canonical_name

CARD = "card.md"
_OWN = "zookit"
_READ = 4096
"""The bytes of a card that hold its first paragraph."""
_LONGEST = 300


def own_folder(model: Declared) -> Path | None:
    """Return the folder of a model in zookit's own source code, beside the code that runs here.

    An editable install of zookit has no models in its RECORD. No other distribution can put
    anything there.
    """
    folder = Path(__file__).resolve().parents[1] / "zoo" / "models" / model.value
    is_own = canonical_name(model.distribution) == _OWN
    return folder if is_own and folder.is_dir() else None


def card_summary(model: Declared) -> str:
    """Return the first paragraph of a model's card; empty if it cannot be read.

    It is text to show, and not checked against RECORD, as a list is not.
    """
    folder = own_folder(model) or Path(model.metadata).parent / model.value
    try:
        with open_regular(folder / CARD) as file:
            text = read_up_to(file, _READ).decode(errors="ignore")
    except OSError:
        return ""
    paragraphs = (" ".join(each.split()) for each in re.split(r"\n\s*\n", text))
    return next((each for each in paragraphs if each and each[0] != "#"), "")[:_LONGEST]
