"""The surface in a real browser: turned, zoomed and read without a kernel."""

import numpy as np
import pytest

from nbgrad.widgets.surface import Surface


@pytest.fixture
def surface():
    X = np.array([[0.0, 10.0], [2.0, 30.0], [1.0, 20.0]])
    return Surface(
        lambda P: P[:, 0] + P[:, 1] / 10,
        X,
        [1.0, 5.0, 4.5],
        feature_names=["rooms <b>", "income"],
        units=["", "%"],
        target_name="price",
        target_unit="1000 USD",
        resolution=8,
    )


def view(page):
    return [float(number) for number in page.locator("canvas").get_attribute("data-view").split()]


def changed(page, before):
    page.wait_for_function("(v) => document.querySelector('canvas').dataset.view !== v", arg=before)
    return view(page)


def raw(page):
    return page.locator("canvas").get_attribute("data-view")


def colours(page):
    """How many different colours the canvas shows."""
    return page.evaluate(
        """() => { const c = document.querySelector('canvas'); const d = c.getContext('2d')
        .getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) seen.add(d[i] * 65536 + d[i + 1] * 256 + d[i + 2]);
        return seen.size; }"""
    )


def test_it_is_painted_and_described(page, mount, surface):
    mount(page, surface)
    assert colours(page) > 50
    label = page.locator("canvas").get_attribute("aria-label")
    assert label.startswith("Surface of the predicted price over rooms <b> and income, from 1 to 5 × 1000 USD")
    assert "3 data points" in label
    assert page.get_by_text("price over rooms <b> and income").is_visible()
    for control in page.locator("button, canvas").all():
        control.dispatch_event("keydown", {"key": "b"})
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"  # or "b" would insert a cell


def test_dragging_turns_and_a_double_click_comes_back(page, mount, surface):
    mount(page, surface)
    box, first = page.locator("canvas").bounding_box(), raw(page)
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 225)
    page.mouse.up()
    assert changed(page, first) == [65.0, 36.0, 1.0]
    turned = raw(page)
    page.locator("canvas").dblclick(position={"x": 30, "y": 60})
    changed(page, turned)
    assert raw(page) == first


def test_wheel_keys_and_buttons_zoom_and_turn(page, mount, surface):
    mount(page, surface)
    box, before = page.locator("canvas").bounding_box(), raw(page)
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.locator("canvas").focus()
    page.mouse.wheel(0, -100)
    assert changed(page, before)[2] > 1
    before = raw(page)
    page.keyboard.press("Home")
    assert changed(page, before) == [35.0, 26.0, 1.0]
    for key, expected in [("ArrowRight", [40, 26, 1]), ("ArrowUp", [40, 31, 1]), ("+", [40, 31, 1.15])]:
        before = raw(page)
        page.keyboard.press(key)
        assert changed(page, before) == pytest.approx(expected, abs=0.01)
    before = raw(page)
    page.get_by_role("button", name="Zoom out").click()
    assert changed(page, before)[2] < 1
    before = raw(page)
    page.get_by_role("button", name="Back to the first view").click()
    assert changed(page, before) == [35.0, 26.0, 1.0]
    assert page.evaluate("models[0].sent.length + models[0].saved.length") == 0  # no word to the kernel


def test_the_wheel_scrolls_the_page_until_the_canvas_has_the_focus(page, mount, surface):
    mount(page, surface)
    page.evaluate("document.body.style.height = '4000px'")
    box, before = page.locator("canvas").bounding_box(), raw(page)
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.wheel(0, 60)
    page.wait_for_function("window.scrollY > 0")
    assert raw(page) == before


def test_no_words_lie_on_others_from_any_side(page, mount):
    X = np.array([[-1234.5, -0.00012], [2.0, 30.0], [1.0, 20.0]])
    surface = Surface(
        lambda P: P[:, 0] - P[:, 1] * 1000,
        X,
        [-4000.0, 5.0, 4.5],
        feature_names=["rooms", "income"],
        target_name="price",
        target_unit="1000 USD",
        resolution=8,
    )
    mount(page, surface)
    page.evaluate(
        """() => { const paint = CanvasRenderingContext2D.prototype;
        const [clear, fill] = [paint.clearRect, paint.fillText];
        paint.clearRect = function (...all) { window.words = []; return clear.apply(this, all); };
        paint.fillText = function (words, x, y) {
          window.words.push([words, x, y, this.measureText(words).width]); return fill.call(this, words, x, y); }; }"""
    )
    canvas = page.locator("canvas")
    canvas.focus()
    for key in ["ArrowDown"] * 5 + ["ArrowRight"] * 36:  # as low as it goes, then half way round
        before = raw(page)
        page.keyboard.press(key)
        changed(page, before)
        words = page.evaluate("window.words")
        assert len(words) >= 8
        for i, (a, x, y, width) in enumerate(words):
            for b, left, base, wide in words[:i]:
                assert abs(y - base) >= 11 or x >= left + wide or left >= x + width, (raw(page), a, b)


def test_the_mouse_reads_a_point(page, mount, surface):
    mount(page, surface)
    box = page.locator("canvas").bounding_box()
    hint = page.locator(".ng-hint")
    middle = box["x"] + (box["width"] - 92) / 2 + 14
    for y in range(int(box["y"]) + 100, int(box["y"]) + 400, 8):  # the third point stands in the very middle
        page.mouse.move(middle, y)
        if "price" in hint.inner_text():
            break
    assert hint.inner_text() == "rooms <b> 1 · income 20 % · price 4.5 × 1000 USD · model 3 × 1000 USD"
    page.mouse.move(2, 2)
    assert hint.inner_text().startswith("drag")


def test_new_heights_are_painted(page, mount, surface):
    mount(page, surface)
    before = page.evaluate("document.querySelector('canvas').toDataURL()")
    heights = {**surface.heights, "z": [[2.0] * 8] * 8}
    page.evaluate("(heights) => models[0].set('heights', heights)", heights)
    page.wait_for_function("(old) => document.querySelector('canvas').toDataURL() !== old", arg=before)
    page.wait_for_function("document.querySelector('canvas').getAttribute('aria-label').includes('from 2 to 2')")


def test_the_theme_is_followed_and_the_canvas_is_sharp(open_page, mount, surface):
    page = open_page(theme="dark", width=500, device_scale_factor=2)
    mount(page, surface)
    assert page.evaluate("document.querySelector('canvas').width === 2 * document.querySelector('canvas').clientWidth")
    before = page.evaluate("document.querySelector('canvas').toDataURL()")
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    page.wait_for_function("(old) => document.querySelector('canvas').toDataURL() !== old", arg=before)


def test_a_removed_view_leaves_nothing(page, mount, surface):
    mount(page, surface, views=2)
    page.evaluate("removeView(0)")
    assert page.locator("canvas").count() == 1
    assert page.evaluate("models[0].listeners['change:heights'].length") == 1
