"""The picture that plays by itself."""

import re
import xml.etree.ElementTree as ET

import networkx as nx
import pytest
from graphs import matrix_graph, scalar_graph, square_graph

from nbgrad.display import Film, Step, measure, to_animated_svg, to_svg

SVG = "{http://www.w3.org/2000/svg}"


def visible(element):
    """Yield what is seen without a style sheet."""
    if element.get("opacity") == "0" or element.tag == SVG + "style":
        return
    yield element
    for child in element:
        yield from visible(child)


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_without_its_style_it_shows_the_final_frame(make):
    root = ET.fromstring(to_animated_svg(*make()))
    still = ET.fromstring(to_svg(make(True)[0]))

    def slots(tree):
        return {
            g.get("data-gradient"): [
                (e.tag, e.get("d"), e.get("fill"), e.text) for e in visible(g) if e.tag != SVG + "g"
            ]
            for g in tree.iter()
            if g.get("data-gradient")
        }

    assert slots(root) == slots(still)
    captions = [e for e in visible(root) if e.get("class") == "ng-equation"]
    assert len(captions) == 1


def test_style_is_for_motion_only_and_only_where_motion_is_wanted():
    style = ET.fromstring(to_animated_svg(*scalar_graph())).find(SVG + "style").text
    style = re.sub(r"^@media print\{#\w+\{max-width:100%;height:auto\}\}", "", style)  # on paper it is whole
    assert style.startswith("@media (prefers-reduced-motion:no-preference){")
    properties = set(re.findall(r"[{;]([a-z-]+):", style)) - {"prefers-reduced-motion"}
    assert properties <= {"opacity", "animation", "stroke-dashoffset"}


def test_every_class_that_moves_has_a_rule_of_this_picture_alone():
    picture = to_animated_svg(*matrix_graph())
    root = ET.fromstring(picture)
    style = root.find(SVG + "style").text
    for name in {e.get("class") for e in root.iter() if re.fullmatch(r"w\d.*", e.get("class", ""))}:
        assert f"#{root.get('id')} .{name}{{animation:{root.get('id')}-{name} " in style
    assert "NGID" not in picture


def test_no_script_no_reference():
    picture = to_animated_svg(*scalar_graph())
    for word in ("<script", "href", "url(", "foreignObject", "@import", "<animate"):
        assert word not in picture


def test_long_passes_and_no_steps_are_still_pictures():
    graph, steps = square_graph()
    assert "animation" not in to_animated_svg(graph, [])
    assert "animation" not in to_animated_svg(graph, steps[:1] + [steps[1]] * 300)
    assert "1,501" in to_animated_svg(nx.path_graph(1501, create_using=nx.DiGraph), [])


def test_the_still_picture_of_a_long_pass_has_the_final_gradients():
    graph, steps = square_graph()
    many = [steps[0], *[steps[1]] * 300, steps[2]]
    assert ">∂ 6<" in to_animated_svg(graph, many)


def test_equations_stay_on_the_picture():
    graph, _ = square_graph()
    step = Step(1, 0, (0, 1, 0), 1.0, 3.0, 3.0, local=3.0, formula="x" * 110)
    root = ET.fromstring(to_animated_svg(graph, [Step(None, 1, None, 1.0, 1.0, 1.0), step]))
    width = float(root.get("viewBox").split()[2])
    assert width <= 932
    for text in root.iter(SVG + "text"):
        if text.get("class") == "ng-equation" or float(text.get("y")) > 100:
            wide = measure.width("".join(text.itertext()), float(text.get("font-size")))
            assert float(text.get("x")) + wide <= width


def seen(page):
    return page.evaluate(
        "() => [...document.querySelectorAll('.ng-equation')]"
        ".filter(e => getComputedStyle(e.parentElement).opacity === '1').map(e => e.textContent)"
    )


def at(page, seconds):
    """Set the clock of every animation of the page, instead of waiting."""
    page.evaluate("t => document.getAnimations().forEach(a => { a.pause(); a.currentTime = t * 1000 })", seconds)


def test_in_a_browser_each_step_has_its_time(browser):
    page = browser.new_page()
    page.set_content(to_animated_svg(*square_graph()))
    for second, words in ((0.1, "∂y/∂y = 1"), (1.3, "a part of"), (2.5, "= 6"), (5.0, "= 6")):
        at(page, second)
        assert len(seen(page)) == 1
        assert words in seen(page)[0]
    page.close()


def test_in_a_browser_reduced_motion_shows_the_final_frame(browser):
    page = browser.new_page(reduced_motion="reduce")
    page.set_content(to_animated_svg(*square_graph()))
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert seen(page) == ["∂y/∂x = 3 + ∂y/∂y · x = 3 + 1 × 3 = 3 + 3 = 6"]
    page.close()


@pytest.mark.parametrize("make", [scalar_graph, square_graph, matrix_graph])
def test_each_frame_of_the_film_says_what_the_moving_picture_says_then(browser, make):
    film = Film(*make())
    page = browser.new_page()
    page.set_content(film.svg)
    for number in range(film.count):
        at(page, 1.2 * number + 0.1)
        seen_then = page.evaluate(
            "() => [...document.querySelectorAll('text')]"
            ".filter(e => e.checkVisibility({opacityProperty: true})).map(e => e.textContent)"
        )
        still = ET.fromstring(film.frame(number))
        assert ["".join(e.itertext()) for e in still.iter(SVG + "text")] == seen_then
    page.close()


def test_a_film_counts_its_frames():
    film = Film(*square_graph())
    assert (film.count, film.plays) == (3, True)
    assert film.frame() == film.frame(2) == film.frame(-1) != film.frame(0)
    with pytest.raises(IndexError):
        film.frame(3)
    assert "step 2 of 3</title>" in film.frame(1)
    large = Film(nx.path_graph(1501, create_using=nx.DiGraph), [])
    assert (large.count, large.plays, large.frame()) == (0, False, large.svg)
