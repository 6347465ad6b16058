"""What the tests of the panels do on a page and ask of it."""

from __future__ import annotations

from typing import Any


def panel(page: Any) -> str:
    """All that the open panel shows."""
    return page.locator(".ng-panel").inner_text()


def lit(page: Any) -> tuple[list[str], list[str]]:
    """Nodes and edges that stand out on the stage."""
    nodes, edges = (
        page.locator(f".ng-stage [data-{kind}].ng-lit").evaluate_all(
            "(found, name) => found.map(each => each.getAttribute(name)).sort()", f"data-{kind}"
        )
        for kind in ("node", "edge")
    )
    return nodes, edges


def open_node(page: Any, node: int) -> None:
    """Click on a node of the stage."""
    page.locator(f'.ng-stage [data-node="{node}"]').click()


def open_edge(page: Any, node: int, index: int) -> None:
    """Follow the link of a node's local derivative."""
    open_node(page, node)
    page.locator(".ng-locals .ng-link").nth(index).click()


def sent(page: Any) -> list[dict[str, Any]]:
    """What the page has sent to the kernel."""
    messages: list[dict[str, Any]] = page.evaluate("models[0].sent")
    return messages


def wait_for_sent(page: Any, count: int) -> list[dict[str, Any]]:
    """The same, once there are ``count`` messages."""
    page.wait_for_function("count => models[0].sent.length >= count", arg=count)
    return sent(page)


def answer(page: Any, content: dict[str, Any], changes: dict[str, Any] | None = None) -> None:
    """What the kernel does: it changes facts of node 0 in the payload, if asked to, and answers the last message."""
    page.evaluate(
        """([content, changes]) => {
            const model = models[0];
            if (changes) {
                const payload = structuredClone(model.get("payload"));
                Object.assign(payload.nodes["0"], changes);
                model.set("payload", payload);
            }
            const id = model.sent.at(-1).id;
            for (const listener of [...(model.listeners["msg:custom"] || [])]) listener({ ...content, id });
        }""",
        [content, changes],
    )
