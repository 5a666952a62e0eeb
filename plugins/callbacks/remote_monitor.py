"""The callback `remote_monitor`."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras

_ADDRESS = re.compile(r"https?://[^/\\]", re.IGNORECASE)


@dataclass(frozen=True)
class RemoteMonitor(Callback):
    """Sends the logged values of each epoch to a web server; Keras's RemoteMonitor.

    If the server cannot be reached or answers with an error, you get one warning and training
    continues. Keras's `headers` are not a parameter, because parameters are recorded in the run
    folder; put the password of a server into ~/.netrc.
    """

    root: Annotated[str, Doc("URL of the server.")] = "http://localhost:9000"
    path: Annotated[str, Doc("Path on the server, which begins with /.")] = "/publish/epoch/end/"
    field: Annotated[str, Doc("Form field that holds the values as JSON.")] = "data"
    send_as_json: Annotated[bool, Doc("Send JSON instead of a form.")] = False

    adds = ()
    # A port without a server: the made-up values of an example must not reach a real one.
    examples = (Example({"loss": (0.5, 0.4)}, parameters={"root": "http://127.0.0.1:9"}),)

    def __post_init__(self) -> None:
        """Raise ValueError for an address that is none, or with a password.

        A password would be in the run's folder. A path without / could name another server.
        """
        if "@" in self.root.partition("?")[0]:
            raise ValueError(
                "root must not contain a user name or a password, because parameters are recorded "
                "in the run folder. Put them into ~/.netrc"
            )
        if not _ADDRESS.match(self.root.lstrip()):
            raise ValueError(
                f"root must be an address such as http://localhost:9000, got {self.root!r}"
            )
        if not self.path.startswith("/"):
            raise ValueError(f"path must begin with /, got {self.path!r}")

    def build(self) -> "keras.callbacks.Callback":
        """Return a RemoteMonitor that gives up after a timeout."""
        from zookit.plugins.callbacks.keras_classes import remote_monitor

        return remote_monitor.RemoteMonitor(
            self.root, self.path, self.field, send_as_json=self.send_as_json
        )
