"""All models of a server, and the threads that read pictures for them."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from zookit.core.errors import did_you_mean, quoted
from zookit.core.processor_count import processors
from zookit.serve.problems import Refused
from zookit.serve.served_model import ServedModel

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


class ServedModels:
    """The models by name, in the order in which they were named."""

    def __init__(self, models: Sequence[ServedModel]) -> None:
        self._by_name = {model.name: model for model in models}
        self._readers = ThreadPoolExecutor(processors(), "reading pictures")

    def __iter__(self) -> Iterator[ServedModel]:
        """Yield the models."""
        return iter(self._by_name.values())

    def named(self, name: str) -> ServedModel:
        """Return a model. Raises Refused if there is none of that name."""
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(self._by_name)
            raise Refused(
                HTTPStatus.NOT_FOUND,
                f"no model named {quoted(name)}.{did_you_mean(name, self._by_name)} "
                f"This server has: {known}",
            ) from None

    async def read(
        self,
        function: Callable[_Arguments, _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        """Call a function in one of the threads, so that other requests are answered meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: function(*arguments, **named))

    def stop(self) -> None:
        """Finish what waits, and end the threads."""
        self._readers.shutdown(cancel_futures=True)
        for model in self:
            model.stop()
