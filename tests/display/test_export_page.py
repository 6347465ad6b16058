"""Pages that play by themselves: opened in Chromium with no network and no script."""

import base64
import re

import pytest
from graphs import matrix_graph, nasty_graph, scalar_graph, square_graph

from nbgrad.display import Film, Look, to_svg
from nbgrad.display.animated import PAUSE, SECONDS
from nbgrad.display.export import film_to_html, to_html

# What is seen of the picture: which groups are opaque at this moment.
SEEN = """() => [...document.querySelectorAll('.ng-graph [class^=w]')]
    .filter(group => getComputedStyle(group).opacity > 0.5).map(group => group.textContent).join('|')"""
AT = """seconds => document.getAnimations().forEach(animation => { animation.pause();
    animation.currentTime = 1000 * seconds })"""


@pytest.fixture
def opened(browser, tmp_path):
    """``opened(html)``: a page of that text, from a file, without script or network; all that it asked for is kept."""
    contexts = []

    def open_(html, **options):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(java_script_enabled=False, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


def film(make=scalar_graph, **look):
    return Film(*make(), look=Look(**look))


def changed(page, condition, seconds=20):
    """Return as soon as a condition holds; Playwright's own waiting needs the page's scripts."""
    for _ in range(seconds * 20):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("nothing moves")


def test_it_plays_without_script_or_network(opened):
    page = opened(film_to_html(film(), "a table"))
    assert "step 1 of 6" in page.evaluate(SEEN)
    changed(page, lambda: "step 2 of 6" in page.evaluate(SEEN))
    assert [url.partition(":")[0] for url in page.asked] == ["file"]
    assert not page.said


def test_every_step_of_the_clock_shows_the_frame_of_that_step(opened):
    played = film()
    page = opened(film_to_html(played, ""))
    for step in range(played.count):
        page.evaluate(AT, (step + 0.5) * SECONDS)
        seen = page.evaluate(SEEN)
        assert [int(number) for number in re.findall(r"step (\d) of 6", seen)] == [step + 1]


def test_steps_are_chosen_by_mouse_and_by_keyboard(opened):
    page = opened(film_to_html(film(), ""))
    page.click("label[for=s3]")
    assert "step 4 of 6" in page.evaluate(SEEN)
    page.keyboard.press("ArrowRight")
    assert "step 5 of 6" in page.evaluate(SEEN)
    assert page.get_by_role("radio", name="Step 5").is_checked()
    page.click("label[for=play]")
    assert "step 1 of 6" in page.evaluate(SEEN)


def test_pause_holds_the_step_that_is_shown(opened):
    page = opened(film_to_html(film(), ""))
    page.click("label[for=pause]")
    assert page.evaluate("document.getAnimations().length") > 0
    assert page.evaluate("document.getAnimations().every(animation => animation.playState == 'paused')")


def test_where_motion_is_not_wanted_the_final_frame_stands_still(opened):
    page = opened(film_to_html(film(), ""), reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    assert "step 6 of 6" in page.evaluate(SEEN)


def test_an_exported_svg_plays_as_an_image(opened):
    """The element of images lets nothing run and nothing be fetched, and is what notebooks show pictures in."""
    said = base64.b64encode(film().svg.encode()).decode()
    page = opened(f'<body style="margin:0"><img width="900" src="data:image/svg+xml;base64,{said}">')
    first = page.screenshot()
    changed(page, lambda: page.screenshot() != first)


def test_the_policy_forbids_what_is_not_there(opened):
    page = opened(film_to_html(film(), "").replace("</main>", '<img src="http://example.org/a.png"></main>'))
    assert any("Content Security Policy" in said for said in page.said)


def test_names_are_text_and_nothing_else(opened):
    svg = to_svg(nasty_graph())
    page = opened(to_html(svg, "</title><script>alert(1)</script>", "</pre><script>alert(1)</script>"))
    assert page.evaluate("document.querySelectorAll('script, b, main img, foreignObject').length") == 0
    assert page.title() == "</title><script>alert(1)</script>"
    assert page.evaluate("document.querySelectorAll('.ng-node').length") == len(nasty_graph())


@pytest.mark.parametrize("width", [500, 1100, 2400])
def test_a_picture_is_fitted_to_the_window_or_scrolls(opened, width):
    page = opened(film_to_html(film(matrix_graph), ""), viewport={"width": width, "height": 800})
    natural = float(re.search(r'<svg[^>]* width="([\d.]+)"', film(matrix_graph).svg)[1])
    shown = page.locator("figure svg").bounding_box()
    frame = page.locator("figure").bounding_box()
    assert shown["width"] <= natural + 1
    assert shown["width"] <= frame["width"] + 1 or shown["width"] == pytest.approx(0.6 * natural, rel=0.02)
    left, top, right, bottom = 0, 0, *film(matrix_graph)._size
    assert shown["width"] / shown["height"] == pytest.approx((right - left) / (bottom - top), rel=0.01)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_of_the_picture_is_kept(opened, theme):
    page = opened(film_to_html(film(theme=theme), ""))
    ground = page.locator(".ng-background").get_attribute("fill")
    assert ground == {"light": "#ffffff", "dark": "#111418"}[theme]


def test_the_table_is_there_for_those_who_cannot_see(opened):
    page = opened(film_to_html(film(square_graph), "name  computed as\nx     parameter"))
    page.click("summary")
    assert page.locator("pre").inner_text() == "name  computed as\nx     parameter"


def test_what_cannot_be_played_stands_still(opened):
    page = opened(film_to_html(Film(square_graph()[0], []), "t"))
    assert page.locator("fieldset").count() == 0
    assert page.locator(".ng-graph").count() == 1


def test_where_motion_is_not_wanted_the_button_that_is_chosen_says_what_is_seen(opened):
    html = film_to_html(film(), "")
    moving, still = opened(html), opened(html, reduced_motion="reduce")
    chosen = lambda page: page.locator("input:checked + label").inner_text()  # noqa: E731
    assert (chosen(moving), chosen(still)) == ("Play", "Last step")
    assert moving.get_by_text("Pause", exact=True).is_visible()
    assert still.get_by_text("Pause", exact=True).is_hidden()
    assert still.get_by_role("radio", name="Last step").is_checked()


def test_the_step_that_plays_is_marked(opened):
    page = opened(film_to_html(film(), ""))
    marked = """() => [...document.querySelectorAll('.step + label')]
        .filter(label => getComputedStyle(label).textDecorationLine == 'underline').map(label => label.textContent)"""
    assert page.evaluate(marked) == ["1"]
    for step in range(6):
        page.evaluate(AT, (step + 0.5) * SECONDS)
        assert page.evaluate(marked) == [str(step + 1)]
    page.evaluate(AT, 6 * SECONDS + 2.5)  # the last one stays while the film rests, and then it starts again
    assert page.evaluate(marked) == ["6"]
    page.evaluate(AT, 6 * SECONDS + PAUSE + 0.5)
    assert page.evaluate(marked) == ["1"]
    page.click("label[for=s3]")
    assert page.evaluate(marked) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_has_the_theme_of_its_picture(opened, theme, scheme):
    page = opened(film_to_html(film(theme=theme), ""), color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(244, 246, 249)", "dark": "rgb(20, 24, 30)"}[theme]
