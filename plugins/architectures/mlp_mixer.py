"""The architecture `mlp_mixer`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le, Lt, MultipleOf

from zookit.core import Architecture, Doc
from zookit.plugins.architectures.patches import Patch, flat_patches, layer_normalized, patch_side

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MlpMixer(Architecture):
    """Dense layers that mix patches of the image, and dense layers that mix their features.

    Other names: MLP-Mixer, Mixer.

    Source: Tolstikhin et al., MLP-Mixer: An all-MLP architecture for vision, 2021,
    arXiv:2105.01601, section 2 and table 1. As in each model of the table, the layers that mix
    patches have half as many units as a patch has features, and those that mix features four times
    as many. `mlp_mixer:16,width=512,depth=8` is the paper's S/16; the default is small enough for a
    CPU.
    """

    patch: Patch = None
    width: Annotated[int, Ge(2), Le(4096), MultipleOf(2), Doc("Features of a patch.")] = 128
    depth: Annotated[int, Ge(1), Le(100), Doc("Number of mixer layers.")] = 4
    dropout: Annotated[float, Ge(0), Lt(1), Doc("Dropout rate after each mixing.")] = 0.0

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if the images cannot be divided into patches."""
        patch_side("mlp_mixer", image_shape, self.patch)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the mean of the patches' features, (N, width)."""
        from keras import layers

        side = patch_side("mlp_mixer", tuple(images.shape[1:]), self.patch)
        outputs = layers.Dense(self.width)(flat_patches(images, side))
        for _ in range(self.depth):
            mixed = layers.Permute((2, 1))(layer_normalized(outputs))
            mixed = layers.Permute((2, 1))(self._mlp(mixed, self.width // 2))
            outputs = layers.Add()([outputs, mixed])
            mixed = self._mlp(layer_normalized(outputs), self.width * 4)
            outputs = layers.Add()([outputs, mixed])
        return layers.GlobalAveragePooling1D()(layer_normalized(outputs))

    def _mlp(self, inputs: "keras.KerasTensor", units: int) -> "keras.KerasTensor":
        """Return two dense layers on the last axis, of the shape of the inputs."""
        from keras import layers

        outputs = layers.Dense(units, activation="gelu")(inputs)
        outputs = layers.Dense(inputs.shape[-1])(outputs)
        return layers.Dropout(self.dropout)(outputs) if self.dropout else outputs
