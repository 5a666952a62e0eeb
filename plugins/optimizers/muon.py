"""The optimizer `muon`."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt

from zookit.core import Doc
from zookit.plugins.optimizers.keras_optimizer import Beta, Epsilon, KerasOptimizer, Momentum


@dataclass(frozen=True)
class Muon(KerasOptimizer):
    """Orthogonalized momentum for matrices, AdamW for all other weights."""

    keras_class = "Muon"

    weight_decay: Annotated[float, Ge(0), Doc("Decay of the weights at each step.")] = 0.004
    adam_beta_1: Annotated[Beta, Doc("Decay of the running mean of the gradients.")] = 0.9
    adam_beta_2: Annotated[Beta, Doc("Decay of the running mean of the squared gradients.")] = 0.999
    adam_weight_decay: Annotated[float, Ge(0), Doc("Decay of the weights that AdamW trains.")] = (
        0.004
    )
    epsilon: Epsilon = 1e-7
    exclude_layers: Annotated[
        tuple[str, ...] | None, Doc("Patterns of the names of layers that AdamW trains.")
    ] = None
    exclude_embeddings: Annotated[bool, Doc("Train embeddings with AdamW.")] = True
    muon_a: Annotated[float, Doc("First coefficient of the Newton-Schulz iteration.")] = 3.4445
    muon_b: Annotated[float, Doc("Second coefficient of the Newton-Schulz iteration.")] = -4.775
    muon_c: Annotated[float, Doc("Third coefficient of the Newton-Schulz iteration.")] = 2.0315
    adam_lr_ratio: Annotated[float, Ge(0), Doc("AdamW's learning rate relative to Muon's.")] = 1.0
    momentum: Momentum = 0.95
    ns_steps: Annotated[int, Ge(0), Doc("Newton-Schulz iterations in each step.")] = 5
    nesterov: Annotated[bool, Doc("Use Nesterov momentum.")] = True
    rms_rate: Annotated[
        float, Gt(0), Doc("Scale of the updates, which brings them to the size of AdamW's.")
    ] = 0.2
