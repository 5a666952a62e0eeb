"""The page of `zookit serve` in a real browser, with a real server of three models."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe import axe_findings
from browser import Browser, opened_browser
from chromium import draw_strokes
from handwriting import GARMENTS, ROUND, STYLES, Stroke
from PIL import Image
from selenium.webdriver import ActionChains, Keys
from served import RunningServer, serving

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("page")]

TOKEN = "0123456789abcdef"
FAKE_CAMERA = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"


class Page:
    """The opened page."""

    def __init__(self, browser: Browser, server: RunningServer) -> None:
        self.browser = browser
        self.server = server

    def open(self, width: int = 1200, scheme: str = "light") -> None:
        self.browser.show(f"{self.server.url}/?token={TOKEN}", width, scheme)
        self.wait("document.querySelectorAll('.model').length")

    def wait(self, condition: str) -> Any:
        """Wait until a JavaScript expression is true, and return its value."""
        until = time.monotonic() + 20
        while not (value := self.browser.asks(condition)):
            assert time.monotonic() < until, f"{condition}: {self.text('problem')}"
            time.sleep(0.02)
        return value

    def wait_for_answer(self) -> None:
        self.wait("document.getElementById('answers').ariaBusy == 'false'")

    def click(self, identifier: str) -> None:
        self.browser.driver.find_element("id", identifier).click()

    def keys(self, *keys: str) -> None:
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def focused(self) -> str:
        return str(self.browser.asks("document.activeElement.id"))

    def text(self, identifier: str) -> str:
        return str(self.browser.asks(f"document.getElementById('{identifier}').textContent"))

    def draw(self, strokes: list[Stroke], *, wait: bool = True) -> None:
        """Draw with the mouse, and wait for the answer."""
        draw_strokes(self.browser.driver, strokes, self.paper())
        if wait:
            self.wait_for_answer()

    def paper(self) -> dict[str, float]:
        """Where the paper is on the screen; scrolls to it."""
        paper = "document.getElementById('paper')"
        self.browser.driver.execute_script(f"{paper}.scrollIntoView({{block: 'center'}})")
        place: dict[str, float] = self.browser.asks(f"{paper}.getBoundingClientRect().toJSON()")
        return place

    def hand_over(
        self, kind: str, name: str, content: bytes, mime: str = "image/png", times: int = 1
    ) -> None:
        """Drop or paste a file, or several of that name, and wait for the answer."""
        self.browser.driver.execute_script(
            """
            const [kind, name, content, type, times] = arguments;
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            const files = new DataTransfer();
            for (let at = 0; at < times; at++) files.items.add(new File([bytes], name, {type}));
            const more = {bubbles: true, cancelable: true};
            document.body.dispatchEvent(kind === "drop"
                ? new DragEvent("drop", {dataTransfer: files, ...more})
                : new ClipboardEvent("paste", {clipboardData: files, ...more}));
            """,
            kind,
            name,
            base64.b64encode(content).decode(),
            mime,
            times,
        )
        self.wait_for_answer()

    def answer(self, model: str) -> str:
        """The most probable class, as the page shows it."""
        selector = f"[data-model='{model}'] .class"
        return str(self.browser.asks(f'document.querySelector("{selector}").textContent'))

    def card(self, model: str) -> str:
        """The visible text about a model."""
        text = self.browser.asks(f"document.querySelector(\"[data-model='{model}']\").innerText")
        return str(text).replace("\N{NO-BREAK SPACE}", " ")

    def table(self, model: str) -> list[list[str]]:
        rows = f"document.querySelectorAll(\"[data-model='{model}'] tbody tr\")"
        cells = "[...row.children].map((cell) => cell.textContent)"
        found: list[list[str]] = self.browser.asks(f"[...{rows}].map((row) => {cells})")
        return found


@pytest.fixture(scope="module")
def server(finished: Path) -> Iterator[RunningServer]:
    """A server of the two bundled models and of a run, which asks for a token."""
    words = ("mnist_cnn", "fashion_mnist_cnn", str(finished))
    with serving(*words, ZOOKIT_SERVE_TOKEN=TOKEN) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: RunningServer) -> Iterator[Page]:
    """The page in the browser; afterwards it has sent no request elsewhere and logged nothing."""
    browser.requested()
    browser.complaints()
    opened = Page(browser, server)
    opened.open()
    yield opened
    elsewhere = [
        address
        for address in browser.requested()
        if not address.startswith((f"{server.url}/", "data:", f"blob:{server.url}/"))
    ]
    assert elsewhere == []
    assert browser.complaints() == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture in colour that is brighter at the right."""
    path = tmp_path / "photo.png"
    Image.merge("RGB", [Image.linear_gradient("L").rotate(90 * turn) for turn in (1, 1, 2)]).resize(
        (320, 240)
    ).save(path)
    return path


def test_drawn_digits_are_recognised(page: Page) -> None:
    right = {}
    for style, digits in STYLES.items():
        answers = []
        for strokes in digits:
            page.click("clear")
            page.draw(strokes)
            answers.append(page.answer("mnist_cnn").rstrip("?"))
        right[style] = sum(each == str(digit) for digit, each in enumerate(answers))
    assert sum(right.values()) >= 27, right


def test_outlines_of_garments_are_recognised(page: Page) -> None:
    wrong = {}
    for name, strokes in GARMENTS.items():
        page.click("clear")
        page.draw(strokes)
        answer = page.answer("fashion_mnist_cnn").rstrip("?")
        if answer != name:
            wrong[name] = answer
    assert len(wrong) <= 2, wrong


def test_three_models_answer_about_one_drawing(
    page: Page, server: RunningServer, finished: Path
) -> None:
    page.draw(ROUND[4])
    assert page.answer("mnist_cnn") == "4"
    described = httpx.get(
        f"{server.url}/models", headers={"Authorization": f"Bearer {TOKEN}"}
    ).json()["models"]
    assert [each["name"] for each in described] == ["mnist_cnn", "fashion_mnist_cnn", finished.name]
    for model in described:
        rows = page.table(model["name"])
        assert [name for name, _ in rows] == model["classes"]
        assert all(share.endswith("%") for _, share in rows)
        images = f"document.querySelector(\"[data-model='{model['name']}'] .prepared\")"
        assert page.browser.asks(f"{images}.naturalWidth") == model["width"]
        assert page.browser.asks(f"getComputedStyle({images}).imageRendering") == "pixelated"
        assert f"{model['title']}: " in page.text("spoken")


def test_a_dot_is_a_drawing(page: Page) -> None:
    page.draw([[(0.2, 0.2)]])
    assert page.browser.asks("document.getElementById('problem').hidden")
    assert page.answer("mnist_cnn")


def test_strokes_can_be_undone(page: Page) -> None:
    page.draw(ROUND[4][:1])
    page.draw(ROUND[4][1:])
    assert page.answer("mnist_cnn") == "4"
    page.click("undo")
    page.wait_for_answer()
    assert page.answer("mnist_cnn") != "4"
    page.draw(ROUND[4][1:])
    page.click("clear")
    page.wait_for_answer()
    assert "No picture yet" in page.card("mnist_cnn")
    page.draw(ROUND[1])
    for expected in ("", "4"):
        page.click("undo")
        page.wait_for_answer()
        assert page.answer("mnist_cnn") == expected
    for _ in ROUND[4]:
        page.click("undo")
    page.wait_for_answer()
    assert page.browser.asks("document.getElementById('undo').disabled")


def test_a_stroke_is_removed_while_it_is_drawn(page: Page) -> None:
    def draw_and_undo() -> None:
        paper = page.browser.driver.find_element("id", "paper")
        drawing = ActionChains(page.browser.driver, duration=0).move_to_element(paper)
        drawing.click_and_hold().move_by_offset(20, 20)
        drawing.key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL)
        drawing.move_by_offset(20, 0).move_by_offset(0, 20).release().perform()
        page.wait_for_answer()

    draw_and_undo()
    assert "No picture yet" in page.card("mnist_cnn")
    page.draw(ROUND[4][:1])
    prepared = "document.querySelector(\"[data-model='mnist_cnn'] .prepared\").src"
    before = page.browser.asks(prepared)
    draw_and_undo()
    page.click("explain")  # asks again about what is on the paper
    page.wait_for_answer()
    assert page.browser.asks(prepared) == before


def test_a_finger_draws(page: Page) -> None:
    page.open(width=360)
    box = page.paper()
    before = page.browser.asks("scrollY")
    send = page.browser.driver.execute_cdp_cmd
    for stroke in ROUND[7]:
        for at, (x, y) in enumerate(stroke):
            place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            kind = "touchMove" if at else "touchStart"
            send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_answer()
    assert page.answer("mnist_cnn") == "7"
    assert page.browser.asks("scrollY") == before  # the stroke did not scroll


def test_the_keyboard_draws(page: Page) -> None:
    while page.focused() != "paper":
        page.keys(Keys.TAB)
    page.keys(*[Keys.ARROW_UP] * 10, Keys.SPACE, *[Keys.ARROW_DOWN] * 20)
    page.keys(Keys.SPACE)
    page.wait_for_answer()
    assert page.answer("mnist_cnn").rstrip("?") == "1"
    page.keys(Keys.BACKSPACE)
    page.wait_for_answer()
    assert "No picture yet" in page.card("mnist_cnn")


def test_the_tabs_and_the_options_work_by_keyboard(page: Page, photo: Path) -> None:
    page.keys(Keys.TAB)
    assert page.focused() == "draw-tab"
    page.keys(Keys.ARROW_RIGHT)
    assert page.focused() == "file-tab"
    page.keys(Keys.TAB)
    assert page.focused() == "choose"
    page.browser.driver.find_element("id", "chooser").send_keys(str(photo))
    page.wait_for_answer()
    assert "28" in page.card("mnist_cnn")
    before = page.table("fashion_mnist_cnn")
    while page.focused() != "invert":
        page.keys(Keys.TAB)
    page.keys(Keys.SPACE)
    page.wait_for_answer()
    assert page.table("fashion_mnist_cnn") != before


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_photo_that_is_dropped_or_pasted(
    page: Page, server: RunningServer, photo: Path, kind: str
) -> None:
    page.hand_over(kind, "photo.png", photo.read_bytes())
    answer = httpx.post(
        f"{server.url}/predict",
        content=photo.read_bytes(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "image/png"},
    ).json()
    assert page.text("file-name") == "photo.png"
    for each in answer["predictions"]:
        card = page.card(each["model"])
        assert each["class"] in card
        assert ("unsure" in card) == each["unsure"]
        assert f"{each['probability']:.1%}" in card
        assert each["notes"]
        for note in each["notes"]:
            assert note.replace("invert=true", '"Invert dark and light"') in card


def test_only_the_first_of_several_files_is_shown(page: Page, photo: Path) -> None:
    page.hand_over("drop", "photo.png", photo.read_bytes(), times=3)
    assert page.text("file-name") == "photo.png, the first of 3 files"


def test_where_the_model_looked_is_shown_on_request(page: Page) -> None:
    page.draw(ROUND[4])
    seen = "document.querySelector(\"[data-model='mnist_cnn'] .explanation\")"
    assert page.browser.asks(f"{seen}.hidden")
    page.click("explain")
    page.wait_for_answer()
    page.wait(f"{seen}.naturalWidth")
    assert "where it looked" in page.card("mnist_cnn")
    assert "looked for 4" in page.browser.asks(f"{seen}.alt")


def test_what_is_no_picture_is_an_error_in_words(page: Page) -> None:
    page.hand_over("drop", "notes.txt", b"text", "text/plain")
    assert "notes.txt is not a picture" in page.text("problem")
    page.hand_over("drop", "broken.png", b"not a picture")
    page.wait("document.getElementById('problem').checkVisibility()")
    assert "image" in page.text("problem")
    assert "No answer" in page.card("mnist_cnn")
    # Chromium logs every answer that is an error.
    assert all("400" in each or "422" in each for each in page.browser.complaints())
    page.click("draw-tab")
    page.draw(ROUND[4])
    assert page.browser.asks("document.getElementById('problem').hidden")


def test_a_server_that_does_not_answer(page: Page) -> None:
    def connect(*, offline: bool) -> None:
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        page.browser.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions", {"offline": offline, **speed}
        )

    page.browser.driver.execute_cdp_cmd("Network.enable", {})
    connect(offline=True)
    page.draw(ROUND[4])
    assert "server does not answer" in page.text("problem")
    connect(offline=False)
    assert "ERR_INTERNET_DISCONNECTED" in "".join(page.browser.complaints())
    page.draw(ROUND[4][:1])
    assert page.browser.asks("document.getElementById('problem').hidden")


def test_only_the_newest_answer_is_shown(page: Page) -> None:
    page.browser.driver.execute_script(
        """
        const really = window.fetch;
        let asked = 0;
        window.fetch = async (address, {signal, ...options}) => {
            const first = asked++ === 0;
            const answer = await really(address, options);
            if (first) await new Promise((resolve) => { window.release = resolve; });
            return answer;
        };
        """
    )
    page.draw(ROUND[1], wait=False)
    page.wait("Boolean(window.release)")
    page.wait("document.querySelector('.share').textContent.startsWith('Working')")
    assert "Working" in page.text("spoken")
    page.click("clear")
    page.draw(ROUND[4])
    page.browser.driver.execute_async_script(
        "window.release(); setTimeout(arguments[arguments.length - 1], 200)"
    )
    assert page.answer("mnist_cnn") == "4"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_every_width_and_scheme_is_accessible_and_never_scrolls_sideways(
    page: Page, photo: Path, width: int, scheme: str
) -> None:
    page.open(width, scheme)
    shown = page.browser.asks("getComputedStyle(document.body).backgroundColor")
    assert shown == ("rgb(246, 247, 248)" if scheme == "light" else "rgb(16, 19, 23)")

    def check() -> None:
        assert page.browser.asks("document.documentElement.scrollWidth") <= width
        top = "getBoundingClientRect().top"
        options, answers = (
            page.browser.asks(f"document.querySelector('.{name}').{top}")
            for name in ("options", "answers")
        )
        assert (options < answers) == (width == 360)
        assert axe_findings(page.browser) == []

    check()
    page.click("explain")
    page.draw(ROUND[4])
    check()
    page.click("camera-tab")
    check()
    page.hand_over("drop", "photo.png", photo.read_bytes())
    assert "unsure" in "".join(map(page.card, ("mnist_cnn", "fashion_mnist_cnn")))
    check()


@pytest.fixture
def other_models(browser: Browser) -> Iterator[list[dict[str, Any]]]:
    """What the page gets instead of the server's models: two with a hundred classes of odd names.

    The server itself continues with its own.
    """
    classes = [f"<img src=x{at} onerror=alert(1)> {'long ' * (at % 9)}" for at in range(100)]
    size = {"height": 300, "width": 300, "channels": 3, "drawn": False}
    model = {"name": "a 'name'\"<b>", "title": "<i>cnn</i> on x", "classes": classes, **size}
    models = [{**model, "accuracy": None}, {**model, "accuracy": 0.5, "name": "other"}]
    script = """
        const really = window.fetch;
        window.fetch = async (address, options) => address === "models"
            ? new Response(JSON.stringify({models: %s})) : really(address, options);
    """
    added = browser.driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": script % json.dumps(models)}
    )
    yield models
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_many_classes_with_any_names(other_models: list[dict[str, Any]], page: Page) -> None:
    page.open(360, "dark")
    model, other = other_models
    found = page.browser.asks(
        "[...document.querySelectorAll('tbody th')].map((e) => e.textContent)"
    )
    assert found == model["classes"] + other["classes"]
    assert page.browser.asks("document.querySelectorAll('tbody img').length") == 0
    headings = page.browser.asks("[...document.querySelectorAll('h2')].map((e) => e.textContent)")
    # Their titles are the same.
    assert headings[1:] == [f"{each['title']}, {each['name']}" for each in other_models]
    assert page.browser.asks("document.documentElement.scrollWidth") <= 360
    assert axe_findings(page.browser) == []


def test_a_server_that_now_has_other_models(other_models: list[dict[str, Any]], page: Page) -> None:
    page.draw(ROUND[4])
    assert "other models" in page.text("problem")


def test_without_a_camera_the_page_says_so(page: Page) -> None:
    page.click("camera-tab")
    page.click("start")
    page.wait("document.getElementById('problem').checkVisibility()")
    assert "No camera was found" in page.text("problem")
    page.click("draw-tab")
    page.draw(ROUND[4])
    assert page.answer("mnist_cnn") == "4"


def test_a_camera_that_may_not_be_used(server: RunningServer) -> None:
    with opened_browser(FAKE_CAMERA) as browser:
        page = Page(browser, server)
        page.open()
        browser.driver.set_permissions("camera", "denied")
        page.click("camera-tab")
        page.click("start")
        page.wait("document.getElementById('problem').checkVisibility()")
        assert "may not use the camera" in page.text("problem")
        page.click("draw-tab")
        page.draw(ROUND[4])
        assert page.answer("mnist_cnn") == "4"
        assert browser.complaints() == []


def test_the_camera_takes_a_picture(server: RunningServer) -> None:
    with opened_browser(FAKE_CAMERA, ALLOWED) as browser:
        page = Page(browser, server)
        page.open(width=360)
        page.click("camera-tab")
        page.click("start")
        page.wait("document.getElementById('video').videoWidth")
        assert axe_findings(browser) == []
        page.click("shoot")
        page.wait("document.getElementById('photo').naturalWidth")  # then the models are asked
        page.wait_for_answer()
        assert browser.asks("document.getElementById('video').srcObject") is None
        assert page.answer("mnist_cnn")
        assert "grey" in page.card("mnist_cnn")
        assert axe_findings(browser) == []
        page.click("start")
        page.wait("document.getElementById('video').srcObject !== null")
        page.click("draw-tab")
        assert browser.asks("document.getElementById('video').srcObject") is None
        assert browser.complaints() == []
