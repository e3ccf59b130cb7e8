"""Arrays in a file: an uncompressed npz that NumPy can load, and whose arrays open by memory map.

Each file says what it is and what made it: the member ``signature`` is UTF-8 JSON with at least `kind` and `format`.
Words are one array of bytes, UTF-8 with a line feed after each.
"""

import contextlib
import io
import json
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from .. import __version__
from ..errors import ModelError
from .files import open_whole
from .workspace import Stored

Array = npt.NDArray[Any]

ALIGNMENT = 64
PIECE = 1 << 21
"""Values written at a time."""
_LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip member, up to the lengths of its name and its extra field


def write_archive(
    path: str | os.PathLike[str] | BinaryIO,
    kind: str,
    version: int,
    signature: Mapping[str, Any],
    arrays: Mapping[str, Array | Stored],
) -> None:
    """Write arrays and their signature; the same contents are the same bytes.

    Parameters
    ----------
    path : path or binary file
        A file that is open for writing, or where to make one, seen whole or not at all.
    kind : str
        What the file is, for `read_archive`.
    version : int
        Version of the format of that kind.
    signature : mapping
        What made the arrays; JSON values.
    arrays : mapping of name to array
        Those of a workspace are read and written piece by piece.

    Raises
    ------
    ModelError
        If the place cannot be written.
    """
    signed = {"kind": kind, "format": version, "nlpzero": __version__, **signature}
    text = json.dumps(signed, ensure_ascii=False).encode()

    place = open_whole(path) if isinstance(path, str | os.PathLike) else contextlib.nullcontext(path)
    with place as file, zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for name, array in {"signature": np.frombuffer(text, np.uint8), **arrays}.items():
            shape = (array.length,) if isinstance(array, Stored) else array.shape
            descr = array.dtype if isinstance(array, Stored) else np.lib.format.dtype_to_descr(array.dtype)
            head = io.BytesIO()
            np.lib.format.write_array_header_1_0(head, {"descr": descr, "fortran_order": False, "shape": shape})
            member = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            # The zip64 sizes take 20 bytes; a field of padding puts the array at a multiple of 64 bytes.
            start = archive.fp.tell() + 30 + len(member.filename) + 20 + 4 + head.tell()  # type: ignore[union-attr]
            padding = -start % ALIGNMENT
            member.extra = struct.pack("<HH", 0x4E5A, padding) + bytes(padding)
            with archive.open(member, "w", force_zip64=True) as out:
                out.write(head.getvalue())
                for piece in pieces_of(array):
                    out.write(piece.view(np.uint8).data)


def pieces_of(array: Array | Stored, size: int = PIECE) -> Iterator[Array]:
    """Give the values of an array in order, `size` at a time; of one in a file only the piece in hand is in memory.

    A memory map is one of a whole array, as `read_archive` gives them.

    Raises
    ------
    ModelError
        If the file of a memory map has become shorter.

    Examples
    --------
    >>> [piece.tolist() for piece in pieces_of(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    if isinstance(array, Stored):
        yield from (array.part(at, min(at + size, array.length)) for at in range(0, array.length, size))
    elif isinstance(array, np.memmap):
        name, offset = os.fspath(array.filename or ""), array.offset
        for at in range(0, array.size, size):
            wanted = min(size, array.size - at)
            piece = np.fromfile(name, array.dtype, wanted, offset=offset + at * array.itemsize)
            if len(piece) < wanted:
                raise ModelError(f"{name}: changed while it was read; run again")
            yield piece
    else:
        flat = np.ascontiguousarray(array).reshape(-1)
        yield from (flat[at : at + size] for at in range(0, len(flat), size))


def read_archive(
    path: str | os.PathLike[str], kind: str, version: int, names: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Open an archive: its signature, and the named arrays as read-only memory maps.

    Raises
    ------
    ModelError
        If the file is missing, truncated, of another kind or of another version.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_archive(f"{folder}/heights.npz", "heights", 1, {"unit": "m"}, {"heights": np.array([8848, 5642])})
    ...     signature, arrays = read_archive(f"{folder}/heights.npz", "heights", 1, ["heights"])
    >>> signature["unit"], arrays["heights"].tolist()
    ('m', [8848, 5642])
    """
    source = os.fspath(path)
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            signature = json.loads(_map(source, file, members["signature"]).tobytes())
            if signature["kind"] != kind:
                raise ModelError(f"{source}: holds {signature['kind']}, where {kind} are wanted")
            if signature["format"] != version:
                raise ModelError(
                    f"{source}: has format {signature['format']} of nlpzero {signature['nlpzero']}, this nlpzero "
                    f"reads format {version}; make the file again, or use that version"
                )
            return signature, {name: _map(source, file, members[name]) for name in names}
    except OSError as error:
        raise ModelError(f"{source}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, struct.error, TypeError):
        raise ModelError(f"{source}: is truncated or no file of {kind} made by nlpzero") from None


def kind_of(path: str | os.PathLike[str]) -> str | None:
    """Tell what an archive holds, or None if it is no archive of ours.

    Raises
    ------
    ModelError
        If the file cannot be opened.
    """
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            signature = json.loads(_map(os.fspath(path), file, archive.getinfo("signature.npy")).tobytes())
            return str(signature["kind"])
    except OSError as error:
        raise ModelError(f"{os.fspath(path)}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, struct.error, TypeError):
        return None


def _map(source: str, file: Any, member: zipfile.ZipInfo) -> Array:
    """Map one array of an open archive."""
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError("compressed")
    file.seek(member.header_offset)
    name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    start = member.header_offset + _LOCAL_HEADER.size + name + extra
    file.seek(start)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("npy version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    at = file.tell()
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if fortran or dtype.hasobject or at + size > min(os.fstat(file.fileno()).st_size, start + member.file_size):
        raise ValueError("array")
    if size == 0:
        return np.empty(shape, dtype)
    return np.memmap(Path(source), dtype, "r", at, shape)


def pack_words(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Write words as bytes; `unpack_words` reads them.

    Examples
    --------
    >>> unpack_words(pack_words(["长江", "a b"]))
    ['长江', 'a b']
    """
    return np.frombuffer("".join(f"{word}\n" for word in words).encode("utf-8", "surrogatepass"), np.uint8)


def unpack_words(packed: npt.NDArray[np.uint8]) -> list[str]:
    """Read words written by `pack_words`."""
    return packed.tobytes().decode("utf-8", "surrogatepass").split("\n")[:-1]
