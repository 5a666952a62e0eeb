"""The addresses /models and /predict, with models that only add up pixels."""

import asyncio
import base64
import io
import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import ExifTags, Image
from served import Ask, added_up, png, random_images

from zookit.api import open_model
from zookit.serve.app import application
from zookit.serve.batcher import Batcher
from zookit.serve.request_images import prepare_pictures
from zookit.serve.served_model import ServedModel
from zookit.serve.served_models import ServedModels

PNG = {"content-type": "image/png"}


def predictions(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["predictions"]
    return found


def problem(response: httpx.Response, status: int = 400) -> str:
    """Return the one line of an error."""
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    text: str = response.json()["error"]
    assert "\n" not in text
    return text


def pixels_in(uri: str) -> Any:
    assert uri.startswith("data:image/png;base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def test_models_are_described(ask: Ask) -> None:
    mnist, fashion = ask("GET", "/models").json()["models"]
    assert mnist == {
        "name": "mnist_cnn",
        "title": "cnn on mnist",
        "height": 28,
        "width": 28,
        "channels": 1,
        "classes": list("0123456789"),
        "drawn": True,
        "accuracy": pytest.approx(0.99, abs=0.01),
    }
    assert fashion["name"] == "fashion_mnist_cnn"


def test_picture_as_body_form_and_arrays(ask: Ask) -> None:
    (image,) = random_images(1)
    path = "/predict?model=mnist_cnn"
    file = png(image)
    bodies: list[dict[str, Any]] = [
        {"content": file, "headers": PNG},
        {"files": {"file": ("digit.png", file)}},
        {"json": {"images": [image.tolist()]}},
        {"json": {"images": [image[..., None].tolist()]}},
    ]
    answers = [predictions(ask("POST", path, **body)) for body in bodies]
    assert all(answer == answers[0] for answer in answers[1:])
    (only,) = answers[0]
    (expected,) = added_up(image[None, :, :, None])
    assert only["probabilities"] == expected.tolist()
    assert only["label"] == expected.argmax()
    assert only["class"] == str(only["label"])
    assert only["probability"] == max(only["probabilities"])
    assert only["unsure"] is (only["probability"] < 0.5)
    assert only["explanation"] is None
    assert (pixels_in(only["prepared"]) == image).all()


def test_all_models_answer_about_each_image(ask: Ask) -> None:
    images = random_images(3)
    answers = predictions(ask("POST", "/predict", json={"images": images.tolist()}))
    assert [(each["image"], each["model"]) for each in answers] == [
        (at, model) for at in range(3) for model in ("mnist_cnn", "fashion_mnist_cnn")
    ]
    assert answers[1]["class"] not in "0123456789"
    files = [("file", (f"{at}.png", png(image))) for at, image in enumerate(images)]
    assert predictions(ask("POST", "/predict", files=files)) == answers


def test_picture_is_read_as_files_are(ask: Ask) -> None:
    image = np.zeros((56, 84), np.uint8)
    image[20:30, 40:70] = 255
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    (upright,) = predictions(
        ask("POST", "/predict?model=mnist_cnn", content=png(image), headers=PNG)
    )
    file = png(np.rot90(image), exif=turned)
    (answer,) = predictions(ask("POST", "/predict?model=mnist_cnn", content=file, headers=PNG))
    assert answer == upright
    (cut,) = answer["notes"]
    assert "56 x 56" in cut


def test_inverted_picture(ask: Ask) -> None:
    white = png(np.full((28, 28), 255))
    path = "/predict?model=mnist_cnn"
    (plain,) = predictions(ask("POST", path, content=white, headers=PNG))
    assert "try invert=true" in plain["notes"][0]
    (inverted,) = predictions(ask("POST", f"{path}&invert=true", content=white, headers=PNG))
    assert inverted["notes"] == []
    assert not pixels_in(inverted["prepared"]).any()
    arrays = {"images": np.full((1, 28, 28), 255).tolist()}
    (of_array,) = predictions(ask("POST", f"{path}&invert=true", json=arrays))
    assert of_array == inverted


@pytest.mark.parametrize(
    ("shade", "query", "advice"), [(255, "", "try"), (0, "&invert=true", "leave out")]
)
def test_notes_for_the_page_name_its_control(ask: Ask, shade: int, query: str, advice: str) -> None:
    path = f"/predict?model=mnist_cnn&page=true{query}"
    file = png(np.full((28, 28), shade))
    (answer,) = predictions(ask("POST", path, content=file, headers=PNG))
    named = answer["notes"][0].partition(f"; {advice} ")[2].strip('"')
    assert f"> {named}</label>" in ask("GET", "/").text


def test_drawing_becomes_a_digit(ask: Ask) -> None:
    drawing = np.full((300, 200), 255, np.uint8)
    drawing[50:250, 20:40] = 0
    path = "/predict?model=mnist_cnn&drawn=true"
    (answer,) = predictions(ask("POST", path, content=png(drawing), headers=PNG))
    prepared = pixels_in(answer["prepared"])
    rows, columns = np.nonzero(prepared)
    assert rows.max() - rows.min() == 19
    assert abs(columns.mean() - 14) < 1
    empty = png(np.full((300, 200), 255))
    assert "empty" in problem(ask("POST", path, content=empty, headers=PNG))
    assert "drawn" in problem(ask("POST", path, json={"images": random_images(1).tolist()}))


def test_inverted_drawing(ask: Ask) -> None:
    drawing = np.full((300, 200), 255, np.uint8)
    drawing[50:250, 20:40] = 0
    path = "/predict?model=mnist_cnn&drawn=true"
    (plain,) = predictions(ask("POST", path, content=png(drawing), headers=PNG))
    assert plain["notes"] == []
    path += "&invert=true"
    (inverted,) = predictions(ask("POST", path, content=png(drawing), headers=PNG))
    assert (pixels_in(inverted["prepared"]) == 255 - pixels_in(plain["prepared"])).all()
    assert "leave out invert=true" in inverted["notes"][0]


@pytest.mark.parametrize(("border", "dark_on_light"), [((240, 255), True), (None, False)])
def test_drawing_for_a_model_of_dark_on_light(
    models: ServedModels, border: tuple[int, int] | None, dark_on_light: bool
) -> None:
    usual = models.named("mnist_cnn")
    environment = usual.run.environment
    data = replace(environment.data, border=border)
    model = replace(usual, run=replace(usual.run, environment=replace(environment, data=data)))
    drawing = np.full((300, 200), 255, np.uint8)
    drawing[50:250, 20:40] = 0
    for picture in (drawing, 255 - drawing):
        (prepared,) = prepare_pictures([png(picture)], [model], invert=False, drawn=True)
        assert prepared.pixels[0, 0, 0, 0] == (255 if dark_on_light else 0)
        assert prepared.notes == [[]]


def test_images_of_0_and_1_get_a_note(ask: Ask) -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    images[:, 10:20, 10] = 1
    for query in ("", "?invert=true"):
        answers = predictions(ask("POST", f"/predict{query}", json={"images": images.tolist()}))
        assert len(answers) == 4
        assert all("images * 255" in " ".join(each["notes"]) for each in answers)
    for value in (17, 255):
        images[0, 0, 0] = value
        for each in predictions(ask("POST", "/predict", json={"images": images.tolist()})):
            assert each["notes"] == []
    black = np.zeros((1, 28, 28), int).tolist()
    assert predictions(ask("POST", "/predict", json={"images": black}))[0]["notes"] == []


def test_explanation(ask: Ask) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[10:12, 10:12] = 255
    path = "/predict?model=mnist_cnn&explain=true"
    (answer,) = predictions(ask("POST", path, content=png(image), headers=PNG))
    explained = pixels_in(answer["explanation"])
    assert explained.shape == (28, 28, 3)
    assert explained[10, 10].tolist() != explained[0, 0].tolist()


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([], "1 to 256"),
        (None, "list of images, got None"),
        (5, "list of images, got 5"),
        ("abc", "list of images, got 'abc'"),
        (np.zeros((28, 28), int).tolist(), "(1, 28, 28)"),
        (np.zeros((28, 28, 1), int).tolist(), "(1, 28, 28, 1)"),
        (np.zeros((2, 28, 28, 3), int).tolist(), "3 channels"),
        (np.zeros((2, 1, 28, 28), int).tolist(), "channels come first"),
        (np.zeros((2, 28, 27), int).tolist(), "2 images of another size"),
        ([[[0]]], "(N, 28, 28, 1)"),
        ([0] * 28, "not a list of images"),
        ([[[0], [0, 1]]], "same shape"),
        ([[[0.5]]], "0.5"),
        ([[["0"]]], "'0'"),
        ([[[True]]], "True"),
        ([[[256]]], "256"),
        ([[[-1]]], "-1"),
        ([[[10**30]]], "1000"),
        ([[[]]], "whole numbers"),
        ([[None]], "None"),
        ([0] * 257, "257"),
    ],
)
def test_arrays_that_are_not_pixels(ask: Ask, images: Any, words: str) -> None:
    assert words in problem(ask("POST", "/predict", json={"images": images}))


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "{}", '{"images": [[[NaN]]]}', '{"images": [], "more": 1}', "[" * 100_000],
)
def test_json_that_is_no_object_with_images(ask: Ask, body: str) -> None:
    problem(ask("POST", "/predict", content=body, headers={"content-type": "application/json"}))


def test_keys_that_were_received(ask: Ask) -> None:
    for keys in (["instances"], ["images", "more"]):
        text = problem(ask("POST", "/predict", json={key: [] for key in keys}))
        assert all(f"'{key}'" in text for key in keys)


@pytest.mark.parametrize(
    ("path", "what", "status", "words"),
    [
        ("/predict", {"content": b"", "headers": PNG}, 400, "the image"),
        ("/predict", {"content": b"no image", "headers": PNG}, 400, "the image"),
        ("/predict", {"content": b"a=b"}, 415, "-F file=@"),
        (
            "/predict",
            {"content": b"\x1f\x8b", "headers": {**PNG, "content-encoding": "gzip"}},
            415,
            "compressed",
        ),
        ("/predict", {"files": {"image": b""}}, 400, "'image'"),
        ("/predict", {"data": {"file": "text"}, "files": {"file": b""}}, 400, "file=@"),
        ("/predict", {"data": {"model": "a"}, "files": {"file": b""}}, 400, "/predict?model="),
        ("/predict", {"data": {"title": "a"}, "files": {"file": b""}}, 400, "'title'"),
        (
            "/predict",
            {"data": {f"field{at}": "" for at in range(99)}, "files": {"file": b""}},
            400,
            "form",
        ),
        (
            "/predict",
            {"content": b"--", "headers": {"content-type": "multipart/form-data"}},
            400,
            "form",
        ),
        ("/predict?model=nist_cnn", {"content": b""}, 404, "'mnist_cnn'"),
        ("/predict?modle=mnist_cnn", {"content": b""}, 400, "'model'"),
        ("/predict?invert=perhaps", {"content": b""}, 400, "true or false, got 'perhaps'"),
        ("/predict?invert=", {"content": b""}, 400, "true or false, got ''"),
        ("/predict?model=mnist_cnn&model=fashion_mnist_cnn", {"content": b""}, 400, "2 times"),
        ("/predict?invert=true&invert=false", {"content": b""}, 400, "2 times"),
        ("/nothing", {}, 404, "/openapi.json"),
        ("/models", {}, 405, "takes GET, got POST"),
    ],
)
def test_other_mistakes(ask: Ask, path: str, what: Any, status: int, words: str) -> None:
    assert words in problem(ask("POST", path, **what), status)


def test_second_of_two_pictures_is_none(ask: Ask) -> None:
    files = [("file", png(random_images(1)[0])), ("file", b"text")]
    assert "image 1 " in problem(ask("POST", "/predict", files=files))


def test_description_of_the_endpoint(ask: Ask) -> None:
    described = ask("GET", "/openapi.json").json()
    predict = described["paths"]["/predict"]["post"]
    assert set(predict["requestBody"]["content"]) == {
        "image/*",
        "multipart/form-data",
        "application/json",
    }
    assert {each["name"] for each in predict["parameters"]} == {
        "model",
        "invert",
        "drawn",
        "explain",
        "page",
    }
    assert "422" not in predict["responses"]
    assert "/" not in described["paths"]
    assert ask("GET", "/docs").status_code == 404  # it would load scripts from elsewhere


def test_too_many_images_wait() -> None:
    may_answer = threading.Event()

    def waiting(images: Any) -> Any:
        may_answer.wait(30)
        return added_up(images)

    model = ServedModel(
        open_model("mnist_cnn"), Batcher("waiting", waiting, 1), Batcher("none", waiting, 1)
    )
    models = ServedModels([model])

    async def run() -> None:
        transport = httpx.ASGITransport(application(models))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            body = {"images": random_images(1).tolist()}
            sent = [asyncio.create_task(client.post("/predict", json=body)) for _ in range(20)]
            while sum(each.done() for each in sent) < 11:
                await asyncio.sleep(0.01)
            may_answer.set()
            answers = await asyncio.gather(*sent)
        statuses = Counter(each.status_code for each in answers)
        # One is computed, and eight wait; it waits itself until the thread has begun with it.
        assert statuses in ({200: 9, 503: 11}, {200: 8, 503: 12})
        assert all("retry-after" in each.headers for each in answers if each.status_code == 503)

    asyncio.run(run())
    models.stop()


def test_pictures_with_too_many_pixels_together(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zookit.serve.request_images.MAX_PIXELS", 2 * 784)
    for count, status in ((2, 200), (3, 400)):
        files = [("file", png(image)) for image in random_images(count)]
        assert ask("POST", "/predict", files=files).status_code == status
