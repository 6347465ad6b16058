"""A displayed program in a real browser: lines and boxes light each other, without a kernel."""

import compiled_examples
import handmade
import pytest
from contrast import CONTRAST

from nbgrad.notebook.programs import program_widget
from nbgrad.widgets.player import Player


@pytest.fixture(scope="module")
def widgets():
    """One widget for each program: what they show does not change."""
    names = ("network", "gradient", "convolution")
    return {name: program_widget(getattr(compiled_examples, name)()) for name in names}


@pytest.fixture
def network(page, mount, widgets):
    """A page that shows the training step of a 13-10-1 network."""
    mount(page, widgets["network"])
    return page


SOURCE = ".ng-source:not([hidden])"


def line(page, text):
    """The line of source that begins so."""
    return page.locator(f"{SOURCE} .ng-line", has=page.locator("code", has_text=text)).first


def box(page, name):
    """The box of that name."""
    return page.locator(".ng-node", has=page.locator(".ng-name", has_text=name)).first


def lit_lines(page):
    return [text.split("#")[0].strip() for text in page.locator(f"{SOURCE} .ng-line.ng-lit code").all_text_contents()]


def lit_boxes(page, light=""):
    return page.locator(f".ng-node.ng-lit{light} .ng-name").all_text_contents()


def said(page):
    return page.locator(".ng-said").text_content()


def test_it_begins_dark_with_source_and_graph_side_by_side(network):
    assert lit_lines(network) == lit_boxes(network) == []
    assert network.locator(f"{SOURCE} .ng-line").count() == 24
    assert network.locator(".ng-node").count() == 11
    assert network.locator(".ng-title").text_content() == "step"
    source = network.locator(SOURCE).bounding_box()
    graph = network.locator(".ng-program-graph").bounding_box()
    assert source["x"] + source["width"] <= graph["x"] + 1
    assert source["y"] == graph["y"]
    assert said(network) == "Point at a line or a box, or use the arrow keys."


def test_a_line_lights_its_box_in_the_colour_of_its_section(network):
    line(network, "v1 = X @ W1 + b1").hover()
    assert lit_boxes(network, ".ng-lit-forward") == ["v1"]
    assert network.locator(".ng-edge.ng-lit").count() == 3
    line(network, "d_h = ").hover()
    assert lit_boxes(network, ".ng-lit-backward") == lit_boxes(network) == ["h"]
    assert network.locator(".ng-edge.ng-lit").count() == 0
    assert said(network) == "Line 14 computes the gradient of h."
    line(network, "W1 = W1 - ").hover()
    assert lit_boxes(network, ".ng-lit-update") == lit_boxes(network) == ["W1"]
    network.locator(".ng-title").hover()
    assert lit_lines(network) == lit_boxes(network) == []


def test_a_box_lights_all_its_lines(network):
    box(network, "W1").hover()
    assert lit_lines(network) == [
        "def step(X, y, W1, b1, W2, b2, lr):",
        "d_W1 = X.T @ d_v1",
        "W1 = W1 - lr * d_W1",
        "return loss, W1, b1, W2, b2",
    ]
    assert lit_boxes(network) == ["W1"]
    assert said(network) == "W1: lines 4, 18, 20, 24."


def test_the_light_is_seen(network):
    stroke = "name => getComputedStyle(document.querySelector('.ng-lit > .ng-box'))[name]"
    line(network, "d_h = ").hover()
    assert network.evaluate(stroke, "stroke") == "rgb(213, 94, 0)"
    assert network.evaluate(stroke, "strokeDasharray") != "none", "not by colour alone"
    line(network, "h = ").hover()
    assert network.evaluate(stroke, "stroke") == "rgb(0, 114, 178)"
    assert network.evaluate(stroke, "strokeDasharray") == "none"
    ground = "index => getComputedStyle(document.querySelectorAll('.ng-line')[index]).backgroundColor"
    assert network.evaluate(ground, 6) != network.evaluate(ground, 7)


@pytest.mark.parametrize("theme", ["light", "dark", None])
def test_the_lit_lines_stand_out_and_can_be_read(open_page, mount, widgets, theme):
    page = open_page(theme=theme, color_scheme="dark")
    mount(page, widgets["network"])
    page.add_script_tag(content=CONTRAST)
    ratio = """() => { const [lit, other] = ['.ng-line.ng-lit', '.ng-line:not(.ng-lit)'].map(each =>
        luminance(ground(document.querySelector(each + ' code'))) + 0.05);
        return Math.max(lit, other) / Math.min(lit, other); }"""
    for index in range(3, 24):
        page.locator(f"{SOURCE} .ng-line").nth(index).hover()
        assert page.evaluate(ratio) > (1.25 if theme == "light" else 1.5)
        assert min(ratio for what, ratio in page.evaluate("contrasts()")) >= 4.5


def test_what_was_clicked_stays_when_the_pointer_leaves(network):
    line(network, "d_b1 = ").click()
    box(network, "loss").hover()
    assert lit_lines(network) == ["loss = (v2 ** 2).mean()", "return loss, W1, b1, W2, b2"]
    network.locator(".ng-title").hover()
    assert lit_lines(network) == ["d_b1 = d_v1.sum(axis=0)"]
    assert lit_boxes(network) == ["b1"]
    assert network.evaluate("models[0].get('line')") == 17


def test_the_arrow_keys_move_the_line(network):
    network.keyboard.press("Tab")
    network.keyboard.press("Tab")
    network.keyboard.press("Tab")
    network.keyboard.press("Tab")
    assert network.evaluate("document.activeElement.className") == "ng-source ng-focusable"
    assert network.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    network.keyboard.press("ArrowDown")
    assert lit_lines(network) == ["def step(X, y, W1, b1, W2, b2, lr):"], "the first line that has boxes"
    for _ in range(3):
        network.keyboard.press("ArrowDown")
    assert lit_boxes(network) == ["h"]
    current = network.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
    assert network.locator(f"#{current}").get_attribute("aria-selected") == "true"
    assert network.locator("[aria-selected=true]").count() == 1
    assert "h = np.tanh" in network.locator(f"#{current}").text_content()
    network.keyboard.press("End")
    assert lit_lines(network) == ["return loss, W1, b1, W2, b2"]
    for key in ("Home", "ArrowUp"):
        network.keyboard.press(key)
        assert lit_lines(network) == ["def step(X, y, W1, b1, W2, b2, lr):"], "neither blank lines nor the import"
    network.keyboard.press("Escape")
    assert lit_lines(network) == lit_boxes(network) == []


def test_the_arrow_keys_move_from_box_to_box(network):
    graph = network.locator(".ng-program-graph")
    graph.focus()
    network.keyboard.press("ArrowRight")
    assert lit_boxes(network) == ["X"]
    network.keyboard.press("End")
    assert lit_boxes(network) == ["loss"]
    network.keyboard.press("ArrowUp")
    assert lit_lines(network) == ["v2 = y_hat - y"]
    current = graph.get_attribute("aria-activedescendant")
    assert network.locator(f"#{current}").get_attribute("aria-label") == "v2: line 9."
    assert network.locator(f"#{current}").get_attribute("aria-selected") == "true"


def test_keys_that_move_do_not_reach_the_notebook(network):
    network.evaluate("() => { window.heard = []; document.addEventListener('keydown', e => heard.push(e.key)); }")
    network.locator(SOURCE).focus()
    for key in ("ArrowDown", "ArrowUp", "PageDown", "Home", "End", "Escape", "Control+s"):
        network.keyboard.press(key)
    assert network.evaluate("heard") == ["Control", "s"]


def test_everything_has_a_name(network):
    names = network.evaluate("[...document.querySelectorAll('[tabindex]')].map(e => e.getAttribute('aria-label'))")
    assert all(names)
    assert names[0] == "Source of step. The arrow keys go from line to line."
    assert network.get_by_role("listbox").count() == 2
    assert network.get_by_role("button", name="Readable").get_attribute("aria-pressed") == "true"


def test_readable_fast_and_passes(network, widgets):
    network.get_by_role("button", name="Fast").click()
    assert network.evaluate("models[0].get('view')") == "fast"
    shown = network.locator(f"{SOURCE} code").all_text_contents()
    assert shown == ["".join(text for text, _ in line["tokens"]) for line in widgets["network"].payload["fast"]]
    network.get_by_role("button", name="Passes").click()
    rows = network.locator(f"{SOURCE} tbody tr").all_text_contents()
    assert any(row.startswith("fold_constants36 → 32") for row in rows)
    assert network.locator(".ng-changed").count() == sum(
        row["before"] != row["after"] for group in widgets["network"].payload["passes"] for row in group["rows"]
    )
    network.evaluate("models[0].set('view', 'readable')")
    assert network.locator(f"{SOURCE} .ng-line").count() == 24


def test_numbers_of_lines_are_said_beside_the_readable_source_alone(network):
    label = "node => document.querySelector(`[data-node='${node}']`).getAttribute('aria-label')"
    box(network, "W2").click()
    assert said(network) == network.evaluate(label, 4) == "W2: lines 4, 15, 22, 24."
    for view in ("Fast", "Passes"):
        network.get_by_role("button", name=view).click()
        assert said(network) == network.evaluate(label, 4) == "W2"
        box(network, "v1").hover()
        assert said(network) == "v1"
    network.get_by_role("button", name="Readable").click()
    assert said(network) == "W2: lines 4, 15, 22, 24."
    line(network, "d_h = ").click()
    network.get_by_role("button", name="Fast").click()
    assert said(network) == "", "neither the readable source's line 14"
    network.evaluate("models[0].set('line', 0)")
    assert said(network) == "", "nor how to point at lines"
    network.get_by_role("button", name="Readable").click()
    assert said(network) == "Point at a line or a box, or use the arrow keys."


def test_the_kernel_can_choose_the_line(network):
    network.evaluate("models[0].set('line', 7)")
    assert lit_boxes(network) == ["h"]
    network.evaluate("models[0].set('line', 0)")
    assert lit_boxes(network) == []


def test_it_goes_on_without_a_kernel(network):
    network.evaluate("window.kernelIsDead = true")
    line(network, "h = ").click()
    assert lit_boxes(network) == ["h"]
    network.get_by_role("button", name="Fast").click()
    assert "multiply" in network.locator(SOURCE).text_content()


def test_a_long_program_scrolls_to_what_is_lit_and_the_page_stays(page, mount, widgets):
    mount(page, widgets["convolution"])
    inside = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
        const panel = document.querySelector(selector).closest('[tabindex]').getBoundingClientRect();
        return box.top >= panel.top && box.bottom <= panel.bottom; }"""
    page.locator(SOURCE).focus()
    page.keyboard.press("End")
    assert page.evaluate(inside, ".ng-line.ng-lit")
    page.locator(".ng-program-graph").focus()
    page.keyboard.press("End")
    assert lit_boxes(page) == ["loss"]
    assert page.evaluate(inside, ".ng-node.ng-lit")
    assert page.evaluate("[scrollX, scrollY]") == [0, 0]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_narrow_page_the_graph_stands_below(open_page, mount, widgets):
    page = open_page(width=560)
    mount(page, widgets["gradient"])
    source, graph = page.locator(SOURCE).bounding_box(), page.locator(".ng-program-graph").bounding_box()
    assert source["y"] + source["height"] <= graph["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


NOTES = "[...document.querySelectorAll('.ng-source:not([hidden]) .ng-note')]"


@pytest.mark.parametrize("name", ["network", "gradient", "convolution"])
@pytest.mark.parametrize("view", ["Readable", "Fast"])
def test_shapes_are_shown_as_a_whole_or_not_at_all(open_page, mount, widgets, name, view):
    page = open_page()
    mount(page, widgets[name])
    page.get_by_role("button", name=view).click()
    settled = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    ends = f"""() => {{ const panel = document.querySelector('{SOURCE}').getBoundingClientRect();
        return {NOTES}.map(note => note.getBoundingClientRect()).filter(box => box.width > 0)
            .map(box => box.right - panel.right); }}"""
    seen = {}
    for width in (1400, 1180, 1000, 900, 800, 720, 640, 420, 1180, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(settled)
        over = page.evaluate(ends)
        assert len(over) in (0, page.evaluate(f"{NOTES}.length")), "all or none"
        assert max(over, default=-1) < 0, f"nothing is cut off at {width} px"
        assert seen.setdefault(width, len(over)) == len(over), "what went comes again"
    if view == "Readable":
        headings = page.locator(f"{SOURCE} .ng-token-heading")
        page.set_viewport_size({"width": 420, "height": 900})
        assert all(headings.nth(i).is_visible() for i in range(headings.count()))
    if name == "network" and view == "Readable":
        assert seen[1400] > 0
        assert seen[800] == 0
        assert seen[640] > 0, "the source has the whole width, above the graph"


def test_the_bars_of_the_sections_stay_while_the_source_scrolls_sideways(open_page, mount, widgets):
    page = open_page(width=420)
    mount(page, widgets["convolution"])
    page.evaluate(f"document.querySelector('{SOURCE}').scrollLeft = 120")
    assert page.evaluate(f"document.querySelector('{SOURCE}').scrollLeft") == 120
    for section in ("forward", "backward", "update"):
        number = page.locator(f"{SOURCE} .ng-in-{section} .ng-line-number").first
        image = number.evaluate("node => getComputedStyle(node).backgroundImage")
        assert "gradient" in image
        assert number.bounding_box()["x"] >= page.locator(SOURCE).bounding_box()["x"]


def test_two_programs_on_a_page_do_not_meet(page, mount, widgets):
    mount(page, widgets["network"])
    mount(page, widgets["gradient"])
    line(page, "h = ").hover()
    assert lit_boxes(page) == ["h"]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))


def test_the_sheets_of_other_widgets_keep_their_say(page, mount, widgets):
    mount(page, Player(handmade.payload()))
    mount(page, widgets["gradient"])
    page.locator(".ng-player .ng-stage").press("End")
    page.evaluate("document.querySelector('.ng-player [data-node=\"0\"]').classList.add('ng-now')")
    stroke = "getComputedStyle(document.querySelector('.ng-player .ng-parameter.ng-now > .ng-box')).stroke"
    assert page.evaluate(stroke) == "rgb(213, 94, 0)"


def test_nothing_is_left_behind(network):
    network.evaluate("removeView(0)")
    assert network.evaluate("Object.values(models[0].listeners).flat().length") == 0
    assert network.locator(".ng-program").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark", None])
@pytest.mark.parametrize("view", ["Readable", "Fast", "Passes"])
def test_text_can_be_read_in_every_theme(open_page, mount, widgets, theme, view):
    page = open_page(theme=theme, color_scheme="dark")
    mount(page, widgets["network"])
    page.get_by_role("button", name=view).click()
    box(page, "W1").hover()
    page.add_script_tag(content=CONTRAST)
    ratios = page.evaluate("contrasts()")
    assert len(ratios) > 50
    assert {what: ratio for what, ratio in ratios if ratio < 4.5} == {}
