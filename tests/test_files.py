"""Files are seen whole or not at all, wherever they lie, whatever they are called and whoever was killed before."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nlpzero.core.files import check_place, open_whole
from nlpzero.errors import ModelError

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and pipes of POSIX")


def write(path: Path, content: bytes = b"new") -> None:
    with open_whole(path) as file:
        file.write(content)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_appears_at_the_end_and_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), open_whole(path) as file:
        file.write(b"half")
        assert path.read_bytes() == b"old"
        raise KeyboardInterrupt
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["model"])
    write(path)
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"new", ["model"])


@POSIX
@pytest.mark.parametrize("bits", [0o640, 0o600, 0o664, 0o444])
def test_a_file_that_is_there_keeps_its_mode(bits: int, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"old")
    path.chmod(bits)
    write(path)
    assert (mode(path), path.read_bytes()) == (bits, b"new")


@POSIX
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_follows_the_umask(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "model")
    finally:
        os.umask(before)
    assert mode(tmp_path / "model") == 0o666 & ~mask


@POSIX
def test_links_stay_and_pipes_are_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "model")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "model").read_bytes() == b"new"
    check_place(os.devnull)
    write(Path(os.devnull))
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    check_place(tmp_path / "pipe")
    write(tmp_path / "pipe")
    assert os.read(reader, 10) == b"new"
    os.close(reader)


@pytest.mark.parametrize("name", ["长" * 83, "长" * 81 + ".npz", "长" * 85, "a" * 255])
def test_a_name_may_be_as_long_as_names_can_be(name: str, tmp_path: Path) -> None:
    write(tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"new"


def test_a_killed_run_does_not_stand_in_the_way(tmp_path: Path) -> None:
    killed = "import os, sys\nfrom nlpzero.core.files import open_whole\nwith open_whole(sys.argv[1]): os._exit(9)"
    for _ in range(3):
        assert subprocess.run([sys.executable, "-c", killed, str(tmp_path / "model")], check=False).returncode == 9
    left = set(os.listdir(tmp_path))
    assert len(left) == 3 and "model" not in left
    write(tmp_path / "model")
    assert set(os.listdir(tmp_path)) == left | {"model"}


PLACES = {
    "no/model": "No such file or directory; make the directory first",
    "": "Is a directory; name a file in it",
    "file/model": "Not a directory; a part of the path is a file; name another place",
    "长" * 86: "File name too long; give it a shorter name",
}


@POSIX
@pytest.mark.parametrize(("name", "message"), PLACES.items())
def test_a_place_that_cannot_be_written_is_told_at_once(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    path = tmp_path / name
    with pytest.raises(ModelError) as error:
        check_place(path)
    assert str(error.value) == f"{path}: cannot be written: {message}"
    with pytest.raises(ModelError, match="cannot be written"), open_whole(path):
        raise AssertionError("it should not come to the work")
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_that_cannot_be_replaced_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:  # as Windows does while a memory map holds the file
        raise PermissionError(errno.EACCES, "Permission denied")

    path = tmp_path / "model"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ModelError, match="cannot be written: Permission denied; name another place"):
        write(path)
    assert os.listdir(tmp_path) == ["model"]
    check_place(path)
