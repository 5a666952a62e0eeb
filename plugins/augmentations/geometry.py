"""Parameters that geometric augmentations share."""

from typing import Annotated, Literal

from annotated_types import Ge, Le

from zookit.core import Doc

Fill = Annotated[
    Literal["reflect", "constant", "nearest", "wrap"],
    Doc("What is beyond the borders: a mirror image, `value`, the border, or the other side."),
]
Value = Annotated[float, Ge(0), Le(255), Doc("Pixel value beyond the borders.")]
Interpolation = Annotated[
    Literal["bilinear", "nearest"], Doc("How values between pixels are computed.")
]
