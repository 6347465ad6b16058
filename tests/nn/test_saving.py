"""Parameters in files: round trips, other programs' files, damaged files, and writing that is interrupted."""

import json
import os
import stat
import string
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nbgrad as ng
from nbgrad import nn
from nbgrad.core import errors
from nbgrad.nn import safetensors as ours

KINDS = [".safetensors", ".npz"]
DTYPES = ["<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "i1", "<u8", "<u4", "<u2", "u1", "?"]
each_kind = pytest.mark.parametrize("kind", KINDS)

names = st.text(string.ascii_letters + string.digits + "._/ \\äπ€𝛁'\"{}", min_size=1).filter(
    lambda name: name.isprintable() and name != "__metadata__"
)
arrays = hnp.arrays(
    st.sampled_from([d for name in DTYPES for d in (name, name.replace("<", ">"))]).map(np.dtype),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
states = st.dictionaries(names, arrays, max_size=5)
briefly = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_same(loaded, state):
    assert list(loaded) == list(state) or sorted(loaded) == sorted(state)
    for name, array in state.items():
        assert loaded[name].dtype == array.dtype.newbyteorder("=")
        assert loaded[name].shape == array.shape
        np.testing.assert_array_equal(loaded[name], array)  # NaN equals NaN here
        assert loaded[name].flags.writeable


# ---- round trips
@each_kind
@briefly
@given(state=states)
def test_round_trip(tmp_path, kind, state):
    path = tmp_path / f"state{kind}"
    nn.save(path, state)
    assert_same(nn.load(path), state)
    assert os.listdir(tmp_path) == [path.name]


@each_kind
def test_a_network(tmp_path, kind):
    net = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), nn.Linear(3, 1, rng=1))
    nn.save(tmp_path / f"net{kind}", net)
    other = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    other.load_state_dict(nn.load(str(tmp_path / f"net{kind}")))
    x = np.ones((5, 2))
    np.testing.assert_array_equal(net(x).data, other(x).data)


@each_kind
def test_a_training_goes_on_where_it_was(tmp_path, kind):
    def train(net, optimizer, steps):
        for _ in range(steps):
            loss = ((net(np.ones((1, 2))) - 3) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    net = nn.Linear(2, 1, rng=0)
    optimizer = ng.optim.Adam(net, lr=0.1, betas=(0.8, 0.9))
    train(net, optimizer, 5)
    nn.save(tmp_path / f"net{kind}", net)
    nn.save(tmp_path / f"optimizer{kind}", optimizer)
    train(net, optimizer, 5)
    other = nn.Linear(2, 1)
    other.load_state_dict(nn.load(tmp_path / f"net{kind}"))
    another = ng.optim.Adam(other)
    another.load_state_dict(nn.load(tmp_path / f"optimizer{kind}"))
    train(other, another, 5)
    np.testing.assert_equal(other.state_dict(), net.state_dict())


@each_kind
def test_what_can_be_saved(tmp_path, kind):
    path = tmp_path / f"state{kind.upper()}"
    strided = np.arange(12.0).reshape(3, 4)[::2, ::-1]
    nn.save(path, {"file": 1, "list": [1.0, 2.0], "tensor": ng.tensor(3.0), "strided": strided, "f.npy": True})
    loaded = nn.load(path)
    assert {name: array.tolist() for name, array in loaded.items()} == {
        "file": 1, "list": [1.0, 2.0], "tensor": 3.0, "strided": strided.tolist(), "f.npy": True,
    }  # fmt: skip


@each_kind
def test_the_same_bytes_every_time(tmp_path, kind):
    contents = []
    for _ in range(2):
        nn.save(tmp_path / f"net{kind}", nn.Linear(2, 3, rng=0))
        contents.append((tmp_path / f"net{kind}").read_bytes())
    assert contents[0] == contents[1]


# ---- other programs
@briefly
@given(state=states)
def test_safetensors_reads_what_we_write_and_we_what_it_writes(tmp_path, state):
    theirs = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "state.safetensors"
    nn.save(path, state, metadata={"made by": "us"})
    assert_same({name: array.copy() for name, array in theirs.load_file(path).items()}, state)
    theirs.save_file({name: np.array(a, a.dtype.newbyteorder("=")) for name, a in state.items()}, path)
    assert_same(nn.load(path), state)


@briefly
@given(state=states)
def test_numpy_reads_what_we_write(tmp_path, state):
    nn.save(tmp_path / "state.npz", state)
    with np.load(tmp_path / "state.npz") as theirs:
        for name, array in state.items():
            np.testing.assert_array_equal(theirs[f"{name}.npy" if f"{name}.npy" in theirs else name], array)


def test_we_read_what_numpy_writes(tmp_path):
    state = {"W": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "b.c": np.array([True])}
    for write in (np.savez, np.savez_compressed):
        write(tmp_path / "state.npz", **state)
        assert_same(nn.load(tmp_path / "state.npz"), state)


def test_the_layout_of_a_safetensors_file(tmp_path):
    path = tmp_path / "state.safetensors"
    nn.save(path, {"a": np.array([1, 2, 3], "u1"), "b": np.array([[1.5]])}, metadata={"epoch": "7"})
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    assert json.loads(content[8 : 8 + length]) == {
        "__metadata__": {"epoch": "7"},
        "b": {"dtype": "F64", "shape": [1, 1], "data_offsets": [0, 8]},
        "a": {"dtype": "U8", "shape": [3], "data_offsets": [8, 11]},
    }
    assert content[8 + length :] == np.array(1.5, "<f8").tobytes() + b"\1\2\3"
    assert nn.load_metadata(path) == {"epoch": "7"}
    nn.save(path, {})
    assert (nn.load(path), nn.load_metadata(path)) == ({}, {})


# ---- damaged files
def packed(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


EIGHT = b"\0" * 8
DAMAGED = [
    (b"", "truncated: 0 bytes"),
    (b"\1\0\0", "truncated: 3 bytes"),
    ((1000).to_bytes(8, "little") + b"{}", "truncated: the header should have 1000 bytes, but only 2 follow"),
    ((2**63).to_bytes(8, "little") + b"{}", "more than the 100000000 that are allowed"),
    (packed(b""), "does not begin with {"),
    (packed(b' {"a": 1}'), "does not begin with {"),
    (packed(b"[]"), "does not begin with {"),
    (packed(b"{'a': 1}"), "no valid JSON"),
    (packed(b"{\xff}"), "no valid JSON"),
    (packed(b'{"a":' * 100_000), "no valid JSON"),
    (packed(b'{"a": 1, "a": 2}'), "no valid JSON: a name stands there twice"),
    (packed({"__metadata__": 3}), "__metadata__ is not a dictionary of texts"),
    (packed({"__metadata__": {"a": 3}}), "__metadata__ is not a dictionary of texts"),
    (packed({"a": 3}), "entry of 'a' must have dtype, shape and data_offsets"),
    (packed({"a": {"dtype": "F32", "shape": [2]}}, EIGHT), "must have dtype, shape and data_offsets"),
    (packed({"a": entry("BF16", (4,))}, EIGHT), "the dtype of 'a' is 'BF16', which NumPy does not have; known: F64"),
    (packed({"a": entry(["F32"])}, EIGHT), r"the dtype of 'a' is \['F32'\]"),
    (packed({"a": entry(shape=(-2,))}, EIGHT), r"the shape of 'a' is \[-2\]"),
    (packed({"a": entry(shape=(2.0,))}, EIGHT), r"the shape of 'a' is \[2.0\]"),
    (packed({"a": entry(shape=(2, True))}, EIGHT), r"the shape of 'a' is \[2, True\]"),
    (packed({"a": {**entry(), "shape": 2}}, EIGHT), "the shape of 'a' is 2"),
    (packed({"a": entry(offsets=(8, 0))}, EIGHT), r"data_offsets of 'a' are \[8, 0\]"),
    (packed({"a": entry(offsets=(0, 4, 8))}, EIGHT), "data_offsets of 'a'"),
    (packed({"a": entry(offsets=(-8, 0))}, EIGHT), "data_offsets of 'a'"),
    (packed({"a": entry(offsets=(0, 7))}, EIGHT), r"'a' of shape \(2,\) and F32 takes 8 bytes, .* \[0, 7\]"),
    (packed({"a": entry(shape=(2**62, 2**62))}, EIGHT), "takes .* bytes, but"),
    (packed({"a": entry()}, b"\0" * 7), "truncated: 'a' ends at byte 8 of the numbers, and there are 7"),
    (packed({"a": entry()}, b"\0" * 9), "1 bytes at its end belong to no array"),
    (packed({"a": entry(offsets=(1, 9))}, b"\0" * 9), "'a' begins at byte 1 .* instead of 0: it leaves a gap"),
    (packed({"a": entry(), "b": entry(offsets=(4, 12))}, b"\0" * 12), "'b' begins at byte 4 .* 8: it overlaps"),
    (packed({"a": entry(), "b": entry()}, EIGHT), "'b' begins at byte 0 .* overlaps"),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED)
def test_damaged_safetensors(tmp_path, content, message):
    path = tmp_path / "net.safetensors"
    path.write_bytes(content)
    for read in (nn.load, nn.load_metadata):
        with pytest.raises(errors.StateFileError, match=message) as caught:
            read(path)
        assert str(caught.value).startswith(f"{str(path)!r} cannot be loaded: ")


def test_the_reference_refuses_the_same_files():
    reference = pytest.importorskip("safetensors")
    for content, message in DAMAGED:
        if "NumPy does not have" not in message:  # it knows dtypes that NumPy does not
            with pytest.raises(reference.SafetensorError):
                reference.deserialize(content)


@briefly
@given(changes=st.lists(st.tuples(st.integers(8, 140), st.sampled_from(b'0123456789,:"[]{} -abFI')), max_size=3))
def test_of_changed_headers_we_accept_what_the_reference_accepts(changes):
    reference = pytest.importorskip("safetensors")
    content = bytearray(packed({"a": entry(), "b": entry("F64", (), (8, 16))}, b"\1" * 16))
    for position, byte in changes:
        content[position % len(content)] = byte
    verdicts = []
    for read, error in ((ours.read, errors.StateFileError), (reference.deserialize, reference.SafetensorError)):
        try:
            read(bytes(content))
            verdicts.append("accepted")
        except error:
            verdicts.append("refused")
    assert verdicts[0] == verdicts[1]


def test_every_truncation_is_noticed(tmp_path):
    path = tmp_path / "net.safetensors"
    nn.save(path, nn.Linear(2, 3))
    content = path.read_bytes()
    for length in range(len(content)):
        with pytest.raises(errors.StateFileError):
            ours.read(content[:length])


@briefly
@given(position=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_wrong_byte_gives_other_numbers_or_our_error(position, byte):
    content = bytearray(packed({"a": entry(), "b": entry("F64", (), (8, 16))}, b"\1" * 16))
    content[position % len(content)] = byte
    try:
        arrays, _ = ours.read(bytes(content))
    except errors.StateFileError:
        return
    assert sum(array.nbytes for array in arrays.values()) == 16


def test_damaged_npz(tmp_path):
    path = tmp_path / "net.npz"
    nn.save(path, nn.Linear(2, 3))
    content = path.read_bytes()
    flipped = bytearray(content)
    flipped[content.index(b"weight.npy") + 150] ^= 1  # within the numbers: the checksum notices
    for damaged in (b"", b"no zip", content[:-5], content[:100], bytes(flipped)):
        path.write_bytes(damaged)
        with pytest.raises(errors.StateFileError, match=r"net\.npz' cannot be loaded: it is no whole \.npz"):
            nn.load(path)


@pytest.mark.parametrize("shape", [[2**32, 2**32, 0], [2**70, 0], [1] * 71])
def test_shapes_that_numpy_does_not_have(tmp_path, shape):
    path = tmp_path / "net.safetensors"
    data = b"" if 0 in shape else b"\0\0\0\0"
    path.write_bytes(packed({"a": entry(shape=shape, offsets=(0, len(data)))}, data))
    with pytest.raises(errors.StateFileError, match=r"NumPy has no arrays of the shape \(.*\) of 'a'"):
        nn.load(path)


def test_npz_that_holds_a_name_twice(tmp_path):
    path = tmp_path / "net.npz"
    one = tmp_path / "one.npy"
    np.save(one, np.array(1.0))
    with ZipFile(path, "w") as archive:
        archive.write(one, "a.npy")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.write(one, "a.npy")
    with pytest.raises(errors.StateFileError, match="'a' stands there twice"):
        nn.load(path)


def test_npz_with_objects_is_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "trapped"),))

    path = tmp_path / "net.npz"
    np.savez(path, W=np.ones(2), trap=np.array([Trap()], object))
    with pytest.raises(errors.StateFileError, match="allow_pickle=False"):
        nn.load(path)
    assert not (tmp_path / "trapped").exists()
    for wrong in (np.array(["text"]), np.array([1j])):
        np.savez(path, W=np.ones(2), wrong=wrong)
        with pytest.raises(errors.StateFileError, match="'wrong' in the state"):
            nn.load(path)


# ---- writing that goes wrong
class FullDiskError(OSError):
    pass


@each_kind
@pytest.mark.parametrize("fails", ["write", "fsync", "replace", "interrupt"])
def test_whatever_interrupts_leaves_the_old_file_whole(tmp_path, monkeypatch, kind, fails):
    path = tmp_path / f"net{kind}"
    nn.save(path, {"W": np.ones(3)})
    before = path.read_bytes()
    error = KeyboardInterrupt if fails == "interrupt" else FullDiskError

    def fail(*args, **kwargs):
        raise error("no space left on device")

    if fails in ("write", "interrupt"):
        module = np.lib.format if kind == ".npz" else ours
        name = "write_array" if kind == ".npz" else "write"
        whole = getattr(module, name)

        def write_half(file, array, *args, **kwargs):
            whole(file, array, *args, **kwargs)
            file.flush()
            unfinished = [other for other in tmp_path.iterdir() if other != path]
            assert unfinished, "the new numbers go to a file of their own"
            fail()

        monkeypatch.setattr(module, name, write_half)
    else:
        monkeypatch.setattr(os, fails, fail)
    with pytest.raises(error):
        nn.save(path, {"W": np.zeros(3), "b": np.zeros(3)})
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]
    nn.save(path, {"W": np.zeros(3)})
    assert not nn.load(path)["W"].any()


def test_what_cannot_be_saved_leaves_the_old_file_whole(tmp_path):
    for kind in KINDS:
        path = tmp_path / f"net{kind}"
        nn.save(path, {"W": np.ones(3)})
        before = path.read_bytes()
        for wrong, error in (
            ({"W": np.zeros(3), "b": "text"}, errors.UnsupportedDataError),
            ({"W": np.zeros(3), "b": 1j}, errors.UnsupportedDataError),
            ({"W": np.zeros(3), "": 1.0}, errors.NotAStateError),
            ({"W": np.zeros(3), "a\0b": 1.0}, errors.NotAStateError),
            ({"W": np.zeros(3), "\ud800": 1.0}, errors.NotAStateError),
            ({"W": np.zeros(3), "__metadata__": 1.0}, errors.NotAStateError),
            ({"W": np.zeros(3), 3: 1.0}, errors.NotAStateError),
            ([1.0, 2.0], errors.NotAStateError),
        ):
            with pytest.raises(error):
                nn.save(path, wrong)
            assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["net.npz", "net.safetensors"]


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="no longer float here")
def test_a_dtype_without_a_code(tmp_path):
    with pytest.raises(errors.UnsupportedDataError, match="'W' is of dtype float"):
        nn.save(tmp_path / "net.safetensors", {"W": np.ones(2, np.longdouble)})
    assert os.listdir(tmp_path) == []


def test_paths(tmp_path):
    for wrong in ("net.pt", "net", tmp_path / "safetensors"):
        for call in (lambda p: nn.save(p, {}), nn.load, nn.load_metadata):
            with pytest.raises(errors.FileKindError, match=r"\.safetensors or as \.npz"):
                call(wrong)
    for kind in KINDS:
        with pytest.raises(FileNotFoundError):
            nn.load(tmp_path / f"missing{kind}")
        with pytest.raises(FileNotFoundError, match=r"no such folder: .*missing'$"):
            nn.save(tmp_path / "missing" / f"net{kind}", {})


def test_metadata_is_text_and_only_for_safetensors(tmp_path):
    with pytest.raises(errors.NotAStateError, match="metadata"):
        nn.save(tmp_path / "net.safetensors", {}, metadata={"epoch": 3})
    with pytest.raises(errors.FileKindError, match="no room for metadata"):
        nn.save(tmp_path / "net.npz", {}, metadata={"epoch": "3"})
    nn.save(tmp_path / "net.npz", {})
    assert nn.load_metadata(tmp_path / "net.npz") == {}


@pytest.mark.skipif(os.name != "posix", reason="permissions and links as on Unix")
def test_permissions_and_links_stay(tmp_path):
    real, link = tmp_path / "real.npz", tmp_path / "link.npz"
    nn.save(real, {"W": 1.0})
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(real.stat().st_mode) == 0o666 & ~umask
    real.chmod(0o640)
    link.symlink_to(real)
    nn.save(link, {"W": 2.0})
    assert link.is_symlink()
    assert nn.load(real)["W"] == 2.0
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
