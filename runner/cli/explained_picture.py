"""The option --explain of `zookit predict`, and the picture that it asks for."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.core import FolderError, say
from zookit.core.messages import printable

if TYPE_CHECKING:
    from zookit.inference.explanation import Explanation
    from zookit.inference.explanation_sheet import ExplainedImage
    from zookit.inference.predict import Pixels, Probabilities
    from zookit.runs.run import RunRecord

Explain = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.png",
        help="Write a picture of the images and of where the model looked for the most probable "
        "class; of many images, the first 24.",
        show_default=False,
    ),
]


class ExplainedPicture:
    """Collects images and where the model looked, and writes the picture, if a file is named."""

    def __init__(
        self,
        file: Path | None,
        run: "RunRecord",
        *,
        inputs: Sequence[Path] = (),
        force: bool,
    ) -> None:
        """Raise FolderError if the file cannot be written, which is known before any work.

        It never replaces one of the files to predict, or one that zookit did not write in a folder
        of them.
        """
        from zookit.preview import check_sheet  # --help does not need this

        if file is not None:
            check_sheet(file, force=force)
            _check_is_no_input(file, inputs)
        self._file, self._run, self._force = file, run, force
        self._images: list[ExplainedImage] = []
        self._explanations: list[Explanation] = []
        self._total = 0

    @property
    def most(self) -> int:
        """How many images are explained at most."""
        from zookit.inference.explanation_sheet import MOST

        return 0 if self._file is None else MOST

    def add(
        self,
        names: Sequence[str],
        images: "Pixels",
        probabilities: "Probabilities",
        explanation: "Explanation | None",
        true: str | None = None,
    ) -> None:
        """Add images, the first ones explained. `true` is the class of a single one."""
        from zookit.inference.explanation_sheet import ExplainedImage

        self._total += len(names)
        if explanation is None:
            return
        self._explanations.append(explanation)
        of_each = zip(names, images, probabilities, strict=True)
        for _, (name, pixels, of_classes) in zip(explanation.labels, of_each, strict=False):
            self._images.append(ExplainedImage(name, pixels, of_classes, true))

    def write(self) -> None:
        """Write the picture, and say so."""
        if self._file is None or not self._images:
            return
        from zookit.inference.explanation import joined
        from zookit.inference.explanation_sheet import explanation_sheet
        from zookit.preview import write_sheet

        names = self._run.environment.data.class_names
        png = explanation_sheet(
            self._images,
            joined(self._explanations),
            names,
            model=self._run.name,
            total=self._total,
        )
        write_sheet(self._file, png, force=self._force)
        shown = len(self._images)
        some = "" if shown == self._total else f" in the first {shown} of {self._total:,} images"
        say(f"where the model looked{some} written to {printable(self._file)}")


def _check_is_no_input(file: Path, inputs: Sequence[Path]) -> None:
    from zookit.preview import check_sheet

    place = file.resolve()
    above = [each for each in (each.resolve() for each in inputs) if place.is_relative_to(each)]
    if above and place not in above:
        with suppress(FolderError):
            check_sheet(file)  # a picture that zookit wrote may be replaced
            return
    if above:
        raise FolderError(
            f"--explain {file} would replace an image to predict. Choose another file."
        )
