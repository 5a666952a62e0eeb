"""Fixtures of these tests: a server whose models only add up pixels, and a real one."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browser import browser
from fastapi import FastAPI
from served import Ask, added_up, bright_places
from small_run_fixtures import finished

from zookit.api import open_model
from zookit.serve.app import application
from zookit.serve.batcher import Batcher
from zookit.serve.served_model import ServedModel
from zookit.serve.served_models import ServedModels

__all__ = ["browser", "finished"]


@pytest.fixture(scope="module")
def models() -> Iterator[ServedModels]:
    """The two bundled models, without TensorFlow: see `added_up`."""
    models = ServedModels(
        [
            ServedModel(
                open_model(name),
                Batcher(name, added_up, 256),
                Batcher(f"explaining {name}", bright_places, 16),
            )
            for name in ("mnist_cnn", "fashion_mnist_cnn")
        ]
    )
    yield models
    models.stop()


@pytest.fixture(scope="module")
def app(models: ServedModels) -> FastAPI:
    return application(models)


@pytest.fixture(scope="module")
def ask(app: FastAPI) -> Ask:
    """Sends a request to the application: method, path, and what httpx takes."""

    def ask(method: str, path: str, **what: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                return await client.request(method, path, **what)

        return asyncio.run(send())

    return ask
