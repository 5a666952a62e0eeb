"""HTML for notebooks: every text is escaped, every image is inside the page."""

from base64 import b64encode

from zookit.core import html


def test_text_is_escaped() -> None:
    assert html.escape("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert html.paragraph("a<b") == "<p>a&lt;b</p>"
    assert "<script>" not in html.table(("<script>",), [("<script>",)])


def test_names_that_are_not_text_can_be_shown() -> None:
    html.escape("\udcff.png").encode()


def test_an_image_is_a_data_uri_with_a_text() -> None:
    image = html.Image(b"png", 'a "cat"')
    assert b64encode(b"png").decode() in str(image)
    assert 'alt="a &quot;cat&quot;"' in str(image)
    assert str(image) in html.table((), [(image, "text")])
