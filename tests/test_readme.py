"""The README's Python runs, from its first block to its last, as somebody would who types it in."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_the_code_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    namespace = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    assert namespace["loss"].item() < 0.1  # the network has learned its product
    assert (tmp_path / "net.safetensors").exists()
    assert f"```\n{namespace['step'].source}```" in README.read_text(encoding="utf-8")
