"""The application: the page, the endpoint and the Open Inference Protocol."""

from importlib.metadata import version

from fastapi import FastAPI

from zookit.serve.inference_routes import inference_routes
from zookit.serve.page_files import page_routes
from zookit.serve.predict_route import predict_routes
from zookit.serve.problems import add_handlers
from zookit.serve.served_models import ServedModels


def application(models: ServedModels) -> FastAPI:
    """Return the application.

    FastAPI's own pages about the endpoint load their scripts from elsewhere, so they are left out.
    """
    app = FastAPI(
        title="zookit serve",
        summary="Predicts the classes of images with trained models.",
        version=version("zookit"),
        docs_url=None,
        redoc_url=None,
    )
    add_handlers(app)
    app.include_router(predict_routes(models))
    app.include_router(inference_routes(models))
    app.include_router(page_routes())
    return app
