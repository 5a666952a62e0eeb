"""The callback `remote_monitor`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class RemoteMonitor(Callback):
    """Sends the logged values of each epoch to a web server; Keras's RemoteMonitor.

    A server that cannot be reached, or that answers with an error, is told of once and never costs
    the run. Keras's `headers` are no parameter, since parameters are kept with the run; for a
    server that wants a password, put it into ~/.netrc.
    """

    root: Annotated[str, Doc("The server's address.")] = "http://localhost:9000"
    path: Annotated[str, Doc("Where on the server to send to.")] = "/publish/epoch/end/"
    field: Annotated[str, Doc("The form's field that holds the values, as JSON.")] = "data"
    send_as_json: Annotated[bool, Doc("Send JSON itself instead of a form.")] = False

    # A port on which nobody listens, lest made-up values reach a real server.
    examples = (Example({"loss": (0.5, 0.4)}, parameters={"root": "http://127.0.0.1:9"}),)

    def build(self) -> "keras.callbacks.Callback":
        """A Keras callback that sends what Keras's sends, but waits for no server long."""
        from zookit.plugins.callbacks import keras_side

        return keras_side.RemoteMonitor(
            self.root, self.path, self.field, send_as_json=self.send_as_json
        )
