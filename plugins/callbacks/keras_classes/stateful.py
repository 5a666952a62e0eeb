"""A Keras callback that can be saved and resumed."""

from collections.abc import Mapping
from typing import Any, ClassVar

import keras

Logs = dict[str, Any] | None


class Stateful(keras.callbacks.Callback):
    """A callback whose state is the values of `state_attributes`."""

    state_attributes: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes to save. Empty if the callback has no state."""

    def get_state(self) -> dict[str, Any]:
        """Return the values of `state_attributes` by name."""
        return {name: getattr(self, name) for name in self.state_attributes}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore what `get_state` returned."""
        for name in self.state_attributes:
            setattr(self, name, state[name])
