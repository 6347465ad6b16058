"""One call writes one file: what it becomes, what may be said, and what is refused."""

import io
import os
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib import image

import nbgrad as ng
from nbgrad.display import OptionError
from nbgrad.display.export import (
    EncoderError,
    FilmError,
    FolderError,
    FormatError,
    GraphTooLargeError,
    TooManyPixelsError,
)

FIRST_BYTES = {
    ".svg": b"<svg ",
    ".png": b"\x89PNG",
    ".pdf": b"%PDF-",
    ".html": b"<!DOCTYPE html>",
    ".dot": b"digraph {",
    ".gv": b"digraph {",
    ".mmd": b"flowchart ",
    ".mermaid": b"flowchart ",
    ".gif": b"GIF89a",
}


def loss():
    x = ng.tensor(2.0, name="x")
    k = ng.tensor(0.5, requires_grad=True, name="k")
    result = (k * x) ** 2
    result.name = "loss"
    return result


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf", ".html", ".dot", ".gv", ".mmd", ".mermaid", ".PNG"])
def test_a_drawing_becomes_what_its_name_says(tmp_path, suffix):
    path = ng.draw(loss()).save(tmp_path / f"loss{suffix}")
    assert path == tmp_path / f"loss{suffix}"
    assert path.read_bytes().startswith(FIRST_BYTES[suffix.lower()])


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf", ".html", ".gif"])
def test_a_pass_becomes_what_its_name_says(tmp_path, suffix):
    path = ng.animate(loss()).save(str(tmp_path / f"loss{suffix}"))
    assert path.read_bytes().startswith(FIRST_BYTES[suffix])


@pytest.mark.parametrize("make", [ng.draw, ng.animate])
def test_files_are_the_same_every_time(tmp_path, make):
    for suffix in (".svg", ".png", ".pdf", ".html"):
        one, other = (make(loss()).save(tmp_path / f"{number}{suffix}").read_bytes() for number in (1, 2))
        assert one == other


def test_what_there_is_no_writer_for_is_refused_with_what_there_is(tmp_path):
    with pytest.raises(FormatError, match=r"'\.jpg' is not one of \.svg, \.png"):
        ng.draw(loss()).save(tmp_path / "a.jpg")
    with pytest.raises(FormatError, match=r"nbgrad\.animate\(loss\)\.save"):
        ng.draw(loss()).save(tmp_path / "a.gif")
    with pytest.raises(FormatError, match=r"nbgrad\.draw\(loss\)\.save"):
        ng.animate(loss()).save(tmp_path / "a.dot")
    with pytest.raises(FormatError, match="its ending '' is not"):
        ng.draw(loss()).save(tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_options_of_other_endings_are_refused(tmp_path):
    with pytest.raises(OptionError, match=r"dpi= means nothing for \.svg; it is an option of \.png"):
        ng.draw(loss()).save(tmp_path / "a.svg", dpi=100)
    with pytest.raises(OptionError, match=r"seconds= means nothing for \.png; it is an option of \.gif, \.mp4"):
        ng.animate(loss()).save(tmp_path / "a.png", seconds=1)
    with pytest.raises(OptionError, match=r"from 0\.05 to 60"):
        ng.animate(loss()).save(tmp_path / "a.gif", seconds=0)
    with pytest.raises(TooManyPixelsError):
        ng.draw(loss()).save(tmp_path / "a.png", dpi=1e5)


def test_folders_are_not_made_in_silence(tmp_path):
    with pytest.raises(FolderError, match="missing"):
        ng.draw(loss()).save(tmp_path / "missing" / "a.svg")
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(IsADirectoryError, match="add the name of a file"):
        ng.draw(loss()).save(tmp_path / "a.svg")


def test_a_file_is_written_whole_or_left(tmp_path, monkeypatch):
    path = tmp_path / "a.svg"
    path.write_text("old")
    link = tmp_path / "link.svg"
    link.symlink_to(path)
    with monkeypatch.context() as patch:
        patch.setattr("nbgrad.display.export.files.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            ng.draw(loss()).save(link)
    assert path.read_text() == "old"
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.svg", "link.svg"]
    ng.draw(loss()).save(link)
    assert link.is_symlink()
    assert path.read_text().startswith("<svg")


def test_a_step_is_chosen_as_the_picture_counts_it(tmp_path):
    player = ng.animate(loss())
    for step in (1, 2):
        said = player.save(tmp_path / "a.svg", step=step).read_text()
        assert f"step {step} of" in ET.fromstring(said)[0].text
    first, last = (image.imread(io.BytesIO(player.save(tmp_path / "a.png", step=s).read_bytes())) for s in (1, None))
    assert first.shape == last.shape
    assert not np.array_equal(first, last)
    with pytest.raises(OptionError, match="There is no step 0: this backward pass has the steps 1 to "):
        player.save(tmp_path / "a.pdf", step=0)


def test_a_film_shows_each_step_for_its_time(tmp_path):
    image_module = pytest.importorskip("PIL.Image", reason="Pillow comes with Matplotlib")
    player = ng.animate(loss())
    with image_module.open(player.save(tmp_path / "a.gif", seconds=0.5, dpi=60)) as film:
        assert film.n_frames > 2
        frames, times = [], []
        for number in range(film.n_frames):
            film.seek(number)
            frames.append(film.convert("RGB").tobytes())
            times.append(film.info["duration"])
    assert len(set(frames)) == len(frames)
    assert set(times[:-1]) == {500}
    assert times[-1] > 500


def test_without_ffmpeg_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EncoderError, match=r"Install it .*, or save \.gif or \.html"):
        ng.animate(loss()).save(tmp_path / "a.mp4")
    assert not list(tmp_path.iterdir())


FAKE_FFMPEG = """#!{python}
import sys
frames = sys.stdin.buffer.read() if "-version" not in sys.argv else b""
if {fails}:
    print("unknown codec", file=sys.stderr)
    sys.exit(1)
if frames:
    open(sys.argv[-1], "wb").write(b"film of %d bytes " % len(frames) + " ".join(sys.argv[1:-1]).encode())
"""


@pytest.mark.skipif(os.name == "nt", reason="a program of Windows is no text")
def test_frames_are_handed_to_ffmpeg(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent))
    program.write_text(FAKE_FFMPEG.format(python=sys.executable, fails="False"))
    program.chmod(0o755)
    said = ng.animate(loss()).save(tmp_path / "a.mp4", seconds=0.5, dpi=40).read_bytes()
    assert said.startswith(b"film of ")
    assert b"-framerate 2.0" in said
    program.write_text(FAKE_FFMPEG.format(python=sys.executable, fails="frames"))
    with pytest.raises(EncoderError, match=r"could not make the \.mp4; save \.gif or \.html instead"):
        ng.animate(loss()).save(tmp_path / "b.mp4", dpi=40)
    assert not (tmp_path / "b.mp4").exists()


def test_a_pass_that_is_too_long_is_not_filmed(tmp_path):
    x = y = ng.tensor(1.0, requires_grad=True)
    for _ in range(210):
        y = y + 1
    with pytest.raises(FilmError, match="211 steps; a film shows up to 200"):
        ng.animate(y).save(tmp_path / "a.gif")
    assert ng.animate(y).save(tmp_path / "a.html").stat().st_size > 1000
    assert ng.animate(x * x).save(tmp_path / "a.svg").stat().st_size > 1000


def test_a_message_is_not_saved_in_the_place_of_a_picture(tmp_path):
    y = ng.tensor(1.0, requires_grad=True)
    for _ in range(1600):
        y = y + 1
    for suffix in (".svg", ".dot", ".png"):
        with pytest.raises(GraphTooLargeError, match="up to 1,500 are drawn"):
            ng.draw(y).save(tmp_path / f"a{suffix}")
    for write in (ng.draw(y).to_dot, ng.draw(y).to_mermaid):
        with pytest.raises(GraphTooLargeError, match="up to 1,500 are drawn"):
            write()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("theme", "ground"), [("light", 0xFF), ("dark", 0x11)])
def test_themes_are_exported(tmp_path, theme, ground):
    drawing = ng.draw(loss(), theme=theme)
    painted = image.imread(drawing.save(tmp_path / "a.png"))
    assert round(float(painted[0, 0, 0]) * 255) == ground
    for suffix in (".svg", ".html"):
        background = drawing.save(tmp_path / f"a{suffix}").read_text().partition('class="ng-background"')[2]
        assert f'fill="#{ground:02x}' in background[:80]


def network(scale=1.0):
    rng = np.random.default_rng(0)
    net = ng.nn.Sequential(ng.nn.Linear(3, 4, rng=1), ng.nn.Tanh(), ng.nn.Linear(4, 1, rng=2))
    result = (net(ng.tensor(scale * rng.normal(size=(8, 3)), name="X")) ** 2).mean()
    result.name = "loss"
    result.backward()
    return result


OPTIONS = [
    {"values": "numbers", "digits": 4},
    {"heat": True, "theme": "dark"},
    {"highlight": ["X", "loss"]},
    {"compare": network()},
    {"compare": network(), "values": "numbers", "theme": "dark"},
    {"level": "module"},
    {"depth": 1, "direction": "TB"},
    {"values": "none"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options))
@pytest.mark.parametrize("suffix", [".png", ".pdf", ".html", ".dot", ".mmd"])
def test_whatever_a_drawing_looks_like_it_is_exported(tmp_path, options, suffix):
    path = ng.draw(network(2.0), **options).save(tmp_path / f"a{suffix}")
    assert path.read_bytes().startswith(FIRST_BYTES[suffix])


def test_scalars_of_matrices_are_exported(tmp_path):
    a = ng.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="A")
    drawing = ng.draw((a @ ng.tensor([1.0, 2.0], name="x")).sum(), level="scalar")
    assert drawing.save(tmp_path / "a.png").stat().st_size > 1000
