"""Real parameters behind complex numbers: what is told of their gradients is what ``backward()`` gives them."""

import numpy as np

import nbgrad as ng


def length_of_square() -> tuple[ng.Tensor, ng.Tensor, ng.Tensor]:
    """|(a + bi)²| at a = 2, b = 1."""
    a = ng.tensor(2.0, requires_grad=True, name="a")
    b = ng.tensor(1.0, requires_grad=True, name="b")
    z = a + 1j * b
    z.name = "z"
    square = z * z
    square.name = "s"
    loss = np.abs(square)
    loss.name = "L"
    return loss, a, b


def text_of(equation: list[dict]) -> str:
    return "".join(token["text"] for token in equation)


def test_real_parameters_have_the_real_gradients_of_the_engine() -> None:
    loss, a, b = length_of_square()
    payload = ng.animate(loss).payload
    loss.backward()
    assert [payload["nodes"][id_]["gradient"] for id_ in ("0", "1")] == ["4", "2"]
    assert [float(a.grad), float(b.grad)] == [4.0, 2.0]
    assert [text_of(paths["equation"]) for paths in payload["paths"]] == ["∂L/∂a = 2 + 2 = 4", "∂L/∂b = 1 + 1 = 2"]
    [final, _] = payload["orders"][0]["final"]
    assert final["text"] == final["should"] == "4"


def test_the_real_part_is_written() -> None:
    payload = ng.animate(length_of_square()[0]).payload
    equations = [text_of(frame["equation"]) for frame in payload["frames"]]
    assert "∂L/∂b = Re(∂L/∂v₁ · (0+1i)) = Re((4−2i) × (0+1i)) = 2" in equations
    [path, _] = payload["paths"][1]["shown"]
    assert text_of(path["equation"]) == "Re((0.6−0.8i) × (2+1i) × (1+0i) × (0+1i)) = 1"


def test_complex_numbers_stand_in_parentheses() -> None:
    payload = ng.animate(length_of_square()[0]).payload
    equations = [text_of(frame["equation"]) for frame in payload["frames"]]
    assert "s = z · z = (2+1i) × (2+1i) = 3+4i" in equations
    assert "1j" not in str(payload)


def test_a_product_is_left_out_where_it_is_another() -> None:
    x = ng.tensor(2.0, requires_grad=True, name="x")
    y = ng.tensor(1.0, requires_grad=True, name="y")
    h = np.abs(x + 1j * y)  # a real number between complex ones
    h.name = "h"
    loss = np.abs(h * (1 + 2j) + x * 1j)
    loss.name = "L"
    payload = ng.animate(loss).payload
    loss.backward()
    sums = {paths["name"]: paths["sum"] for paths in payload["paths"]}
    assert sums == {"x": payload["nodes"]["0"]["gradient"], "y": payload["nodes"]["1"]["gradient"]}
    for paths in payload["paths"]:
        for path in paths["shown"]:
            factors, equals, product = text_of(path["equation"]).rpartition(" = ")
            if equals:
                found = eval(  # our own equation: its factors must give its product
                    factors.replace("−", "-").replace("×", "*").replace("i)", "j)").replace("Re", "np.real")
                )
                assert np.isclose(found, float(product.replace("−", "-")), rtol=2e-2, atol=1e-2)


def test_explain_adds_real_parts() -> None:
    loss, a, _ = length_of_square()
    text = ng.explain(loss, a).text
    assert "Re(…) = 2" in text
    assert text.splitlines()[-2] == "∂L/∂a = 2 + 2 = 4"
