"""Lesson (b) in Notebook 7, which shares JupyterLab's parts but not its page."""


def test_the_player_steps(open_lesson):
    lesson = open_lesson("notebooks/b_the_graph.ipynb")
    with lesson.without_errors():
        lesson.run_all()
        assert lesson.complaints() == []
        player = lesson.cell("ng.animate(loss)").locator(".ng-player")
        equation = player.locator(".ng-equation")
        player.get_by_text("step 1 of ").wait_for()
        before = equation.inner_text()
        player.get_by_role("button", name="Step forward").click()
        player.get_by_text("step 2 of ").wait_for()
        assert before
        assert equation.inner_text() not in ("", before)
