"""Arrays in a file: an uncompressed npz that NumPy can load, and whose arrays open by memory map.

Every file that nlpzero makes of arrays is written and read here. Its member ``signature`` is UTF-8 JSON: `kind`,
`format`, the version of `nlpzero`, `made` (what made it), and in `sums` one for each array, header and values
(see `nlpzero.core.checksum`).
Reading checks them all in one pass over the file, and also what the `Schema` of the kind declares, so that what is
handed out can be used without a further look. Nothing is unpacked: a file with compressed members is refused.

Words are one array of bytes, UTF-8 with a line feed after each.
"""

import contextlib
import errno
import functools
import io
import json
import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import __version__
from ..errors import ModelError
from ..text.packing import LINE_FEED
from ..text.packing import pack_words as pack_words
from ..text.packing import unpack_words as unpack_words
from .checksum import BLOCK, Checksum
from .files import open_whole, telling
from .pieces import let_go, pieces_of
from .schema import Damage, Member, Schema, bind, fit, is_finite, is_text, look, missing_fact, rises
from .workspace import WorkspaceArray

Array = npt.NDArray[Any]

ALIGNMENT = 64
MANY = 1 << 30
"""Bytes of an array that do not stay in memory while it is opened."""
SIGNATURE = "signature"

_LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip member, up to the lengths of its name and its extra field
_ARRAY_HEADER = re.compile(
    rb"\{'descr': '[<|]([a-z]\d{1,2})', 'fortran_order': False, 'shape': \(((?:\d{1,19}(?:, |,|(?=\))))*)\), \} *\n"
)
_TYPES = ("b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8")


@dataclass(frozen=True)
class Archive:
    """What was read from a file.

    Attributes
    ----------
    source : str
        The file.
    made : dict
        What made it.
    arrays : dict of arrays
    texts : dict of lists of str
    lengths : dict of int
        The lengths that the schema names.
    """

    source: str
    made: dict[str, Any]
    arrays: dict[str, Array]
    texts: dict[str, list[str]]
    lengths: dict[str, int]


class StoredArray(NamedTuple):
    """An array of a file as its header tells it: the file's bytes from `start` to `stop` are its header and values."""

    type: str
    shape: tuple[int, ...]
    start: int
    values: int
    stop: int


@dataclass(frozen=True)
class Description:
    """What a file says of itself, whatever kind and format of nlpzero's it is.

    Attributes
    ----------
    source, kind, nlpzero : str
    format, size : int
    made : dict
        What made it.
    lengths : dict of int
        How many words, pairs, dimensions ... it holds.
    arrays : dict of StoredArray
    sums : dict of int
        Empty in files of the first format, which had none.
    """

    source: str
    kind: str
    format: int
    nlpzero: str
    size: int
    made: dict[str, Any]
    lengths: dict[str, Any]
    arrays: dict[str, StoredArray]
    sums: dict[str, int]


def write_archive(
    path: str | os.PathLike[str] | BinaryIO,
    schema: Schema,
    made: Mapping[str, Any],
    arrays: Mapping[str, Array | WorkspaceArray | Sequence[str]],
) -> None:
    """Write arrays and what made them; the same contents are the same bytes.

    Parameters
    ----------
    path : path or binary file
        A file that is open for writing, or where to make one, seen whole or not at all.
    schema : Schema
        What the arrays must be like.
    made : mapping
        What made the arrays; JSON values.
    arrays : mapping of name to array or words
        Whatever an array is (a part or a view of another, a memory map), its values are written, piece by piece.

    Raises
    ------
    ModelError
        If the place cannot be written.
    """
    members: dict[str, Array | WorkspaceArray] = {}
    lengths: dict[str, int] = {}
    try:
        for name, array in arrays.items():
            if isinstance(array, WorkspaceArray | np.ndarray):
                members[name] = array
            else:
                members[name] = _packed(array)
                bind(name, schema.members[name].shape[0], len(array), lengths)
        for name, values in members.items():
            dtype = np.dtype(values.dtype)
            fit(name, f"{dtype.kind}{dtype.itemsize}", _shape(values), schema, lengths)
    except Damage as reason:
        raise ModelError(f"{schema.kind} cannot be written: {reason}") from None
    place = open_whole(path) if isinstance(path, str | os.PathLike) else contextlib.nullcontext(path)
    with place as file, zipfile.ZipFile(telling(file), "w", allowZip64=True) as archive:
        sums = {name: _write(archive, name, array, schema) for name, array in members.items()}
        said = {"kind": schema.kind, "format": schema.version, "nlpzero": __version__}
        signature = {**said, "made": made, "lengths": lengths, "sums": sums}
        text = json.dumps(signature, ensure_ascii=False).encode("utf-8", "surrogatepass")
        _write(archive, SIGNATURE, np.frombuffer(text, np.uint8), schema)


def _shape(array: Array | WorkspaceArray) -> tuple[int, ...]:
    """Give the lengths of an array."""
    return (array.length,) if isinstance(array, WorkspaceArray) else array.shape


def _write(archive: zipfile.ZipFile, name: str, array: Array | WorkspaceArray, schema: Schema) -> int:
    """Write one array; give its sum."""
    dtype = np.dtype(array.dtype).newbyteorder("<")
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": dtype.str, "fortran_order": False, "shape": _shape(array)})
    member = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
    # The zip64 sizes take 20 bytes; a field of padding puts the array at a multiple of 64 bytes.
    start = archive.fp.tell() + 30 + len(member.filename) + 20 + 4 + head.tell()  # type: ignore[union-attr]
    padding = -start % ALIGNMENT
    member.extra = struct.pack("<HH", 0x4E5A, padding) + bytes(padding)
    finite = name in schema.members and schema.members[name].finite
    checksum = Checksum()
    with archive.open(member, "w", force_zip64=True) as out:
        out.write(head.getvalue())
        for piece in pieces_of(array, BLOCK // dtype.itemsize):  # which fits the cache
            if finite and not is_finite(piece):
                raise ModelError(f"{schema.kind} cannot be written: {name!r} holds a number that is not finite")
            data = piece.astype(dtype, copy=False).view(np.uint8)
            out.write(data.data)
            checksum.add(data)
    return zlib.crc32(head.getvalue(), checksum.value)


def read_archive(path: str | os.PathLike[str] | bytes, schema: Schema, source: str = "") -> Archive:
    """Read an archive: every sum is checked, and all that the schema declares.

    Parameters
    ----------
    path : path or bytes
        A file, or what it holds.
    schema : Schema
    source : str
        What messages call it; the path by default.

    Raises
    ------
    ModelError
        If the file is missing, of another kind or another format, or damaged in any way.

    Notes
    -----
    One pass over the file, about 10 GB/s where the system has it in memory.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> heights = Schema("heights", 1, {"names": Member("text", ("n",)), "m": Member("i8", ("n",))}, "measure again")
    >>> with TemporaryDirectory() as folder:
    ...     write_archive(f"{folder}/h.npz", heights, {"by": "us"}, {"names": ["珠峰"], "m": np.array([8848])})
    ...     archive = read_archive(f"{folder}/h.npz", heights)
    >>> archive.made, archive.texts["names"], archive.arrays["m"].tolist(), archive.lengths
    ({'by': 'us'}, ['珠峰'], [8848], {'n': 1})
    """
    source = source or (os.fspath(path) if isinstance(path, str | os.PathLike) else "the file")
    with _opened(path, source) as file:
        try:
            found = _described(file, source)
        except Damage as reason:
            raise ModelError(f"{source}: {reason}; {schema.remedy}") from None
        if found is None:
            raise ModelError(f"{source}: holds no {schema.kind} of nlpzero, or is damaged; {schema.remedy}")
        if found.kind != schema.kind:
            raise ModelError(f"{source}: holds {found.kind}, not {schema.kind}")
        if found.format != schema.version:
            raise ModelError(
                f"{source}: has format {found.format} of nlpzero {found.nlpzero}, this nlpzero reads format "
                f"{schema.version}; {schema.remedy}"
            )
        try:
            return _checked(file, path, found, schema)
        except Damage as reason:
            raise ModelError(f"{source}: is damaged: {reason}; {schema.remedy}") from None


def describe_archive(path: str | os.PathLike[str]) -> Description | None:
    """Tell what a file of ours says of itself, without a look at its values; None if it is none.

    Raises
    ------
    ModelError
        If it cannot be opened, or is one of ours but damaged.
    """
    source = os.fspath(path)
    with _opened(path, source) as file:
        try:
            return _described(file, source)
        except Damage as reason:
            raise ModelError(f"{source}: {reason}") from None


def check_sums(found: Description) -> None:
    """Compare all values of a file with the sums they had when they were written, if it has any.

    Raises
    ------
    ModelError
        If one differs.
    """
    with _opened(found.source, found.source) as file:
        for name, array in found.arrays.items():
            if found.sums and _sum(file, array) != found.sums[name]:
                raise ModelError(f"{found.source}: is damaged: {name!r} does not hold what was written")


def kind_of(path: str | os.PathLike[str]) -> str | None:
    """Tell what an archive holds, or None if it is no archive of ours.

    Raises
    ------
    ModelError
        If the file cannot be opened.
    """
    with _opened(path, os.fspath(path)) as file, contextlib.suppress(Damage):
        found = _described(file, os.fspath(path))
        return found.kind if found else None
    return None


@contextlib.contextmanager
def _opened(path: str | os.PathLike[str] | bytes, source: str) -> Iterator[BinaryIO]:
    """Open a file, or what one holds."""
    try:
        with io.BytesIO(path) if isinstance(path, bytes) else open(path, "rb") as file:
            yield file
    except OSError as error:
        reason = "is damaged" if error.errno == errno.EINVAL else error.strerror or error
        raise ModelError(f"{source}: {reason}") from None


def _described(file: BinaryIO, source: str) -> Description | None:
    """Read what a file says of itself; None if it does not say that it is ours.

    Raises
    ------
    Damage
        If it is ours, or was, and what it says does not fit it.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, struct.error, NotImplementedError, OverflowError, LookupError):
        return None
    members = {info.filename.removesuffix(".npy"): info for info in infos}
    signature = members.pop(SIGNATURE, None)
    if signature is None:
        return None
    if any(info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size for info in infos):
        raise Damage("has compressed members: an earlier nlpzero or another program wrote it")
    try:
        head = _array(file, signature, size)
        file.seek(head.start)
        data = file.read(head.stop - head.start)
        if zlib.crc32(data) != signature.CRC:
            raise Damage("is damaged: its signature is not what was written")
        said = json.loads(data[head.values - head.start :].decode("utf-8", "surrogatepass"))
        kind, version, nlpzero = said["kind"], said["format"], said["nlpzero"]
        if not (isinstance(kind, str) and isinstance(version, int) and isinstance(nlpzero, str)):
            return None
        made = said.get("made", {})
        lengths, sums = said.get("lengths", {}), said.get("sums", {})
        if "sums" not in said:  # as the first format of each kind had it
            made = {name: value for name, value in said.items() if name not in ("kind", "format", "nlpzero")}
        elif (
            not isinstance(made, dict)
            or not isinstance(lengths, dict)
            or not isinstance(sums, dict)
            or set(sums) != set(members)
        ):
            raise Damage("is damaged: its arrays are not those that were written")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    if len(infos) != len(members) + 1:
        raise Damage("is damaged: an array occurs twice")
    arrays = {name: _array(file, info, size) for name, info in members.items()}
    return Description(source, kind, version, nlpzero, size, made, lengths, arrays, sums)


def _array(file: BinaryIO, member: zipfile.ZipInfo, size: int) -> StoredArray:
    """Read the header of one array of a file of `size` bytes."""
    wrong = Damage(f"is damaged or cut off at {member.filename.removesuffix('.npy')!r}")
    if member.header_offset < 0:
        raise wrong
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise wrong
    start = member.header_offset + _LOCAL_HEADER.size + sum(_LOCAL_HEADER.unpack(header))
    stop = start + member.file_size
    file.seek(start)
    head = file.read(10)
    if stop > size or len(head) < 10 or head[:8] != b"\x93NUMPY\x01\x00":
        raise wrong
    length = int.from_bytes(head[8:], "little")
    form = _ARRAY_HEADER.fullmatch(file.read(length))
    if form is None or form[1].decode() not in _TYPES:
        raise wrong
    shape = tuple(int(number) for number in re.findall(rb"\d+", form[2]))
    values = start + 10 + length
    if values + math.prod(shape) * int(form[1][1:]) != stop:
        raise wrong
    return StoredArray(form[1].decode(), shape, start, values, stop)


def _checked(file: BinaryIO, path: str | os.PathLike[str] | bytes, found: Description, schema: Schema) -> Archive:
    """Read and check the arrays of a file."""
    said = missing_fact(found.made, schema.facts)
    if said:
        raise Damage(f"its signature does not say {said} as it should")
    lacking = [name for name, member in schema.members.items() if not member.optional and name not in found.arrays]
    if lacking:
        raise Damage(f"it lacks {', '.join(lacking)}")
    lengths: dict[str, int] = {}
    texts: dict[str, list[str]] = {}
    arrays: dict[str, Array] = {}
    for name in filter(functools.partial(is_text, schema), found.arrays):
        texts[name] = _unpacked(name, _read(file, name, found))
        bind(name, schema.members[name].shape[0], len(texts[name]), lengths)
    for name, array in found.arrays.items():
        fit(name, array.type, array.shape, schema, lengths)
    for name, array in found.arrays.items():
        if name in texts:
            continue
        member = schema.members.get(name, Member(array.type, array.shape))
        if member.mapped and not isinstance(path, bytes) and array.values < array.stop:
            is_bounded = member.below or member.most is not None
            watch = functools.partial(look, name, member, lengths) if is_bounded else None
            arrays[name] = _mapped(file, path, name, found, watch)
        else:
            arrays[name] = _read(file, name, found).view(f"<{array.type}").reshape(array.shape)
            look(name, member, lengths, arrays[name])
        if member.starts_of and not rises(arrays[name], lengths.get(member.starts_of, 0)):
            raise Damage(f"{name!r} does not rise from 0 to {lengths.get(member.starts_of, 0)}")
    return Archive(found.source, found.made, arrays, texts, lengths)


def _read(file: BinaryIO, name: str, found: Description) -> npt.NDArray[np.uint8]:
    """Read the bytes of an array's values."""
    array = found.arrays[name]
    head = _header(file, array)
    data = np.empty(array.stop - array.values, np.uint8)
    if file.readinto(data.data) != len(data) or zlib.crc32(head, Checksum(data).value) != found.sums[name]:  # type: ignore[attr-defined]
        raise _altered(name)
    return data


def _mapped(
    file: BinaryIO,
    path: str | os.PathLike[str],
    name: str,
    found: Description,
    watch: Callable[[Array], None] | None,
) -> Array:
    """Map an array of a file, and look at its values; their pages stay in memory unless they are very many."""
    array = found.arrays[name]
    head = _header(file, array)
    size, checksum = array.stop - array.values, Checksum()
    try:
        data = np.memmap(path, np.uint8, "r", array.values, (size,))
    except (OSError, ValueError):  # the file has become shorter
        raise _altered(name) from None
    for at in range(0, size, BLOCK):
        piece = data[at : at + BLOCK]
        checksum.add(piece)
        if watch:
            watch(piece.view(f"<{array.type}"))
        if size > MANY:
            let_go(piece)
    if zlib.crc32(head, checksum.value) != found.sums[name]:
        raise _altered(name)
    return data.view(f"<{array.type}").reshape(array.shape)


def _sum(file: BinaryIO, array: StoredArray) -> int | None:
    """Add up an array of a file, header and values; None if the file is shorter."""
    head, checksum = _header(file, array), Checksum()
    buffer = np.empty(min(BLOCK, array.stop - array.values), np.uint8)
    for at in range(array.values, array.stop, BLOCK):
        piece = buffer[: array.stop - at]
        if file.readinto(piece.data) != len(piece):  # type: ignore[attr-defined]
            return None
        checksum.add(piece)
    return zlib.crc32(head, checksum.value)


def _header(file: BinaryIO, array: StoredArray) -> bytes:
    """Read the header of an array, up to its values."""
    file.seek(array.start)
    return file.read(array.values - array.start)


def _altered(name: str) -> Damage:
    """Make the error for an array whose sum differs."""
    return Damage(f"{name!r} does not hold what was written")


def _packed(words: Any) -> npt.NDArray[np.uint8]:
    """Write words as bytes; none may hold a line feed."""
    packed = pack_words(words)
    if int((packed == LINE_FEED).sum()) != len(words):
        word = next(word for word in words if "\n" in word)
        raise ModelError(f"{word!r}: holds a line feed, which a file of words cannot keep; leave it out")
    return packed


def _unpacked(name: str, data: npt.NDArray[np.uint8]) -> list[str]:
    """Read words that `_packed` wrote."""
    if len(data) and data[-1] != LINE_FEED:
        raise Damage(f"{name!r} does not end in a line feed")
    try:
        return unpack_words(data)
    except UnicodeDecodeError:
        raise Damage(f"{name!r} is not UTF-8") from None
