r"""A corpus (语料库): files and standard input, unpacked and decoded, as blocks of whole lines.

The rules of reading:

- gzip, bzip2, xz and zstandard data are recognised by their first bytes, also on standard input.
- A line ends at "\n" only. Every other character is kept as it is: "\r" before it, blanks, control characters.
- One byte order mark at the start of a file is dropped. Without one "utf-16" and "utf-32" are little-endian.
- A NUL is an ordinary character, unless a quarter of the first bytes are NUL: that is no text in this encoding.
- A byte that is not in the encoding is an error, or with `errors="replace"` becomes U+FFFD and is counted. So no
  lone surrogate ever comes out.
- A file that changes (in size or time of modification) between its first opening and its last reading is an error.

A *part* is a block of lines, or an extent: a description of lines in a plain file, small enough to be sent anywhere,
that is read where it is worked on.
"""

import bz2
import codecs
import lzma
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate, chain
from shutil import copyfileobj
from types import TracebackType
from typing import IO, BinaryIO, NamedTuple, Protocol, Self

from ..errors import CorpusError

STDIN = "<stdin>"
"""The source name of standard input."""

_HEAD = 1 << 10  # bytes looked at to tell text from binary data
_READ = 1 << 16  # bytes read at a time; few, because packed ones may grow a thousandfold
# Encodings whose lines do not decode on their own, or decode to lone surrogates.
_UNFIT = {"idna", "iso2022_kr", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
_STATEFUL = ("hz", "iso2022")  # damage in one line changes the next unless each is decoded on its own
_BYTE_ORDER_MARKS = (  # the longer first: one begins like another
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Block(NamedTuple):
    """Some whole lines of one source: `text` as in the input, line ends included, from the 1-based `line` on."""

    source: str
    line: int
    text: str


class Extent(NamedTuple):
    """Some whole lines of one file, to be read by `text_of`: its bytes from `start` to `end`, in `encoding`.

    `size` and `mtime` (in ns) are those of the whole file; `source` is what messages call it.
    """

    source: str
    path: str
    start: int
    end: int
    size: int
    mtime: int
    encoding: str


Part = Block | Extent
"""Some whole lines of one source."""


class Corpus:
    r"""Text from files and standard input, read in blocks of lines.

    Parameters
    ----------
    paths : sequence of str or path
        File names; "-" is standard input.
    encoding : str
        Any of Python's text encodings whose lines can be decoded one by one.
    errors : {"strict", "replace"}
        What becomes of a byte that is not in the encoding.
    rereadable : bool
        Whether `blocks` may be called again, as methods of two passes do. What is not a regular file (standard
        input, a pipe) is then first copied, packed or not as it comes, to a temporary file.
    tmp_dir : path, optional
        Directory of that temporary file; the system's by default.
    shard : (int, int), optional
        (i, n) for the i-th of n parts (from 1) of about the same number of bytes (unpacked), cut at line starts. One
        after the other they are the whole text. Inputs that can be read only once are copied, as for `rereadable`.

    Attributes
    ----------
    replaced : int
        Number of characters replaced in the last reading.
    first_replaced : (str, int, int) or None
        Source, line and column (both from 1) of the first of them.

    Raises
    ------
    CorpusError
        For a missing file, a directory or an unknown encoding. The message names the remedy.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     rivers = Path(folder, "rivers.txt")
    ...     _ = rivers.write_bytes("长江\n黄河\n".encode("gb18030"))
    ...     [block.text for block in Corpus([rivers], encoding="gb18030").blocks(size=1)]
    ['长江\n', '黄河\n']
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]] = ("-",),
        *,
        encoding: str = "utf-8",
        errors: str = "strict",
        rereadable: bool = False,
        tmp_dir: str | os.PathLike[str] | None = None,
        shard: tuple[int, int] | None = None,
    ) -> None:
        if errors not in ("strict", "replace"):
            raise ValueError(f"errors must be 'strict' or 'replace', not {errors!r}")
        if shard is not None and not 1 <= shard[0] <= shard[1]:
            raise ValueError(f"shard must be (i, n) with i from 1 to n, not {shard!r}")
        self.paths = [paths] if isinstance(paths, str) else [os.fspath(path) for path in paths]
        self.encoding = _check_encoding(encoding)
        self.errors = errors
        self.rereadable = rereadable or shard is not None
        self.shard = shard
        self.tmp_dir = tmp_dir
        self.replaced = 0
        self.first_replaced: tuple[str, int, int] | None = None
        self._once = {path for path in self.paths if not _is_regular(path)}
        self._used_up: set[str] = set()
        self._spools: dict[str, IO[bytes]] = {}
        self._stamps: dict[str, _Stamp] = {}
        self._known_spans: list[_Span] | None = None
        for path in self._once:
            if self.paths.count(path) > 1:
                raise CorpusError(f"{_name(path)}: given twice, but it can be read only once", _name(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary copies."""
        while self._spools:
            self._spools.popitem()[1].close()

    def blocks(self, size: int = 3 << 20) -> Iterator[Block]:
        """Read the text in blocks of about `size` bytes (before decoding) that never split a line or join two files.

        A longer line makes a longer block. Only the borders of the blocks depend on `size`, never the text or an
        error. Reading and decoding UTF-8 takes about 2 ns a byte.

        Raises
        ------
        CorpusError
            For a file that cannot be read, unpacked or decoded (the offset that the message names counts bytes of the
            unpacked text), and for a second reading without `rereadable`.
        """
        self.replaced, self.first_replaced = 0, None
        for path, span in self._spans():
            with self._opened(path) as file:
                yield from self._blocks(file, _name(path), size, span)

    def parts(self, size: int = 3 << 20) -> Iterator[Part]:
        """Give the text in parts for `text_of`, with the borders that `blocks` has.

        What a worker can read by itself is an `Extent`: lines of a plain file, unless `errors` is "replace" or the
        encoding keeps a state from line to line. Finding its borders takes two short reads. All else comes as blocks.

        Raises
        ------
        CorpusError
            As `blocks` does; bad bytes of an extent are found by `text_of`.
        """
        self.replaced, self.first_replaced = 0, None
        for path, span in self._spans():
            with self._opened(path) as file:
                plain = self._plain(path, file)
                if plain is None:
                    yield from self._blocks(file, _name(path), size, span)
                else:
                    yield from _extents(file, plain, size, span)

    def files(self) -> list[Extent]:
        """Describe the plain files among the inputs: what workers must be able to read.

        Raises
        ------
        CorpusError
            As `length` does.
        """
        found = []
        for path in dict.fromkeys(self.paths):
            if path not in self._once:
                with self._opened(path) as file:
                    found += [plain] if (plain := self._plain(path, file)) else []
        return found

    def length(self) -> int | None:
        """Give the number of bytes of all parts, if all are extents.

        Raises
        ------
        CorpusError
            For a file that cannot be opened, or whose first bytes show that it is in another encoding.
        """
        total = 0
        for path, span in self._spans():
            if path in self._once and not self.rereadable:
                return None
            with self._opened(path) as file:
                plain = self._plain(path, file)
                if plain is None:
                    return None
                start, stop = _section(file, plain, span)
                total += stop - start
        return total

    def lines(self) -> Iterator[str]:
        r"""Read the lines, without the "\n" at their ends."""
        for block in self.blocks():
            yield from block.text.removesuffix("\n").split("\n")

    def _spans(self) -> Iterator[tuple[str, "_Span"]]:
        """Give the paths, each with the place of the shard in it; leave out those that the shard does not touch."""
        if self._known_spans is None:
            self._known_spans = [_WHOLE] * len(self.paths)
            if self.shard is not None:
                lengths = [self._unpacked_length(path) for path in self.paths]
                number, shards = self.shard
                low, high = (sum(lengths) * i // shards for i in (number - 1, number))
                starts = accumulate(lengths, initial=0)
                self._known_spans = [
                    _Span(min(max(low - start, 0), length), min(max(high - start, 0), length))
                    for start, length in zip(starts, lengths, strict=False)
                ]
        return ((path, span) for path, span in zip(self.paths, self._known_spans, strict=True) if span.low < span.high)

    def _unpacked_length(self, path: str) -> int:
        """Measure an input, if need be by unpacking it."""
        with self._opened(path) as file:
            head = file.read(_READ)
            if _packing(head, _name(path)) is None:
                return os.fstat(file.fileno()).st_size
            file.seek(0)
            return sum(map(len, _unpack(_read(file, _name(path)), _name(path))))

    @contextmanager
    def _opened(self, path: str) -> Iterator[BinaryIO]:
        """Open an input at its start; a file must stay as it is, from its first opening to the end of each reading."""
        if path not in self._once:
            self._check(path)
            with _opened(path) as file:
                yield file
            self._check(path)
        elif self.rereadable:
            if path not in self._spools:
                self._spools[path] = self._spool(path)
            with open(self._spools[path].name, "rb") as file:
                yield file
        elif path in self._used_up:
            raise CorpusError(
                f"{_name(path)}: can be read only once; open the corpus with rereadable=True", _name(path)
            )
        else:
            self._used_up.add(path)
            with _opened(path) as file:
                yield file

    def _check(self, path: str) -> None:
        """Refuse a file that is not what it was when it was first opened."""
        stamp = _stamp(path, path)
        if self._stamps.setdefault(path, stamp) != stamp:
            raise _changed(path)

    def _plain(self, path: str, file: BinaryIO) -> "Extent | None":
        """Describe an open input as a whole, if others can read its lines by themselves."""
        if self.errors != "strict" or (path in self._once and not self.rereadable):
            return None
        source, place = _name(path), self._spools[path].name if path in self._once else path
        head = file.read(_HEAD)
        file.seek(0)
        if not head or _packing(head, source) is not None:
            return None
        encoding = _encoding_of(head, self.encoding, source)
        if encoding.startswith(_STATEFUL):
            return None
        mark = "\ufeff".encode(encoding, "ignore")
        stamp = self._stamps.get(path) or _stamp(place, source)
        if not stamp.size:  # such as those of /proc
            return None
        start = len(mark) if head.startswith(mark) else 0
        return Extent(source, os.path.abspath(place), start, stamp.size, *stamp, encoding)

    def _spool(self, path: str) -> IO[bytes]:
        """Copy an input that can be read only once to a temporary file, which closing removes."""
        spool = tempfile.NamedTemporaryFile(prefix="nlpzero-", dir=self.tmp_dir)  # noqa: SIM115
        try:
            with _opened(path) as file:
                copyfileobj(file, spool, 1 << 20)
            spool.flush()
        except BaseException:
            spool.close()
            raise
        return spool

    def _blocks(self, file: BinaryIO, source: str, size: int, span: "_Span") -> Iterator[Block]:
        """Read the blocks of one open input."""
        chunks: Iterator[bytes | bytearray] = _unpack(_read(file, source), source)
        head: bytes | bytearray = b""
        while len(head) < _HEAD and (chunk := next(chunks, b"")):
            head += chunk
        encoding = _encoding_of(head, self.encoding, source)
        mark = "\ufeff".encode(encoding, "ignore")  # empty where the encoding has none
        newline = "\n".encode(encoding)
        line, offset = 1, len(mark) if head.startswith(mark) else 0
        if encoding.startswith(_STATEFUL):
            size = 1
        chunks = chain([head[offset:]], chunks)
        if span is not _WHOLE:
            whole = _cut(chunks, newline, _READ)
            lines, length, rest = _skip(whole, newline, span.low - offset)
            line, offset = line + lines, offset + length
            chunks = _head(chain([rest], whole), newline, span.high - offset)
        for data in _cut(chunks, newline, size):
            text = self._decode(data, encoding, newline, source, line, offset)
            yield Block(source, line, text)
            line += text.count("\n")
            offset += len(data)

    def _decode(self, data: bytearray, encoding: str, newline: bytes, source: str, line: int, offset: int) -> str:
        """Decode whole lines that begin in `line`, at `offset` of the unpacked text."""
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            if self.errors == "strict":
                raise _undecodable(data, error.start, encoding, source, line, offset) from None
            before = data[: error.start].decode(encoding)
        if self.first_replaced is None:
            self.first_replaced = source, line + before.count("\n"), len(before) - before.rfind("\n")
        # A character of gb18030 that is cut short swallows a line end at the end of the data, but not one before.
        padding = newline * 3 if len(newline) == 1 else b""
        text, good = ((data + padding).decode(encoding, errors) for errors in ("replace", "ignore"))
        self.replaced += text.count("\ufffd") - good.count("\ufffd")
        return text[: len(text) - len(padding)]


def text_of(part: str | Part) -> str:
    """Give the text of a part of a corpus, wherever it is; text that is there already is given as it is.

    Raises
    ------
    CorpusError
        For an extent whose file is not what it was, cannot be read, or holds a byte that is not in the encoding: just
        as reading the file from its start would.

    Examples
    --------
    >>> text_of("长江"), text_of(Block("rivers.txt", 1, "黄河"))
    ('长江', '黄河')
    """
    if isinstance(part, str):
        return part
    if isinstance(part, Block):
        return part.text
    stamp = _Stamp(part.size, part.mtime)
    if _stamp(part.path, part.source) != stamp:
        raise _changed(part.source)
    try:
        with open(part.path, "rb") as file:
            file.seek(part.start)
            data = file.read(part.end - part.start)
    except OSError as error:
        raise CorpusError(f"{part.source}: {error.strerror}", part.source) from None
    if _stamp(part.path, part.source) != stamp or len(data) != part.end - part.start:
        raise _changed(part.source)
    try:
        return data.decode(part.encoding)
    except UnicodeDecodeError as error:
        newline = "\n".encode(part.encoding)
        with open(part.path, "rb") as file:
            cells = (_read_at(file, at, min(at + _READ, part.start)) for at in range(0, part.start, _READ))
            before = sum(_count_lines(cell, newline) for cell in cells)
        raise _undecodable(data, error.start, part.encoding, part.source, 1 + before, part.start) from None


def part_bytes(part: Part) -> int:
    """Give the number of bytes of a part, in UTF-8 if it is text already."""
    return part.end - part.start if isinstance(part, Extent) else len(part.text.encode())


class _Stamp(NamedTuple):
    """What tells a file from what it was before: its size, and its time of modification in ns."""

    size: int
    mtime: int


class _Span(NamedTuple):
    """The place of a shard in an input: it has the lines that start from byte `low` on and before `high`."""

    low: int
    high: int


_WHOLE = _Span(0, sys.maxsize)


def _stamp(path: str, source: str) -> _Stamp:
    """Look at a file as it is now."""
    try:
        status = os.stat(path)
    except OSError as error:
        raise CorpusError(f"{source}: {error.strerror}", source) from None
    return _Stamp(status.st_size, status.st_mtime_ns)


def _changed(source: str) -> CorpusError:
    return CorpusError(f"{source}: changed while it was read; run again", source)


def _undecodable(data: bytes | bytearray, at: int, encoding: str, source: str, line: int, offset: int) -> CorpusError:
    """Make the error for byte `at` of whole lines that begin in `line`, at `offset` of the unpacked text."""
    newline = "\n".encode(encoding)
    line += data[:at].decode(encoding).count("\n")
    start, end = _line_start(data, newline, at), _line_end(data, newline, at) or len(data)
    return CorpusError(
        f"{source}: line {line}, byte {at - start + 1} (offset {offset + at}): 0x{data[at]:02x} is not "
        f"{encoding} here; {_remedy(data[start:end], encoding)}",
        source,
        line,
    )


def _name(path: str) -> str:
    """Name an input for messages and blocks."""
    return STDIN if path == "-" else path


def _is_regular(path: str) -> bool:
    """Tell whether an input is a file that can be opened again; refuse one that is missing or a directory."""
    if path == "-":
        return False
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise CorpusError(f"{path}: {getattr(error, 'strerror', None) or error}", path) from None
    if stat.S_ISDIR(mode):
        raise CorpusError(f"{path}: is a directory; name its files, such as {os.path.join(path, '*.txt')}", path)
    return stat.S_ISREG(mode)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """Open a file; standard input is there and stays open."""
    if path == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed; name a file", STDIN)
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror}", path) from None
    with file:
        yield file


def _read(file: BinaryIO, source: str) -> Iterator[bytes]:
    """Read a file in chunks."""
    try:
        while chunk := file.read(_READ):
            yield chunk
    except OSError as error:
        raise CorpusError(f"{source}: {error.strerror}", source) from None


class _Unpacker(Protocol):
    """What the decompressor objects of zlib, bz2, lzma and zstandard have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Packing(NamedTuple):
    """A way of packing: its name, a maker of unpackers, and the error these raise."""

    name: str
    unpacker: Callable[[], _Unpacker]
    error: type[Exception]


def _packing(head: bytes, source: str) -> _Packing | None:
    """Recognise packed data by the first bytes."""
    if head.startswith(b"\x1f\x8b"):
        return _Packing("gzip", lambda: zlib.decompressobj(wbits=31), zlib.error)
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):  # a first block, or none
        return _Packing("bzip2", bz2.BZ2Decompressor, OSError)
    if head.startswith(b"\xfd7zXZ\0"):
        return _Packing("xz", lzma.LZMADecompressor, lzma.LZMAError)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            import zstandard
        except ImportError:
            raise CorpusError(f"{source}: is zstd data; to read it: pip install nlpzero[zstd]", source) from None
        return _Packing("zstd", lambda: zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError)
    return None


def _unpack(chunks: Iterator[bytes], source: str) -> Iterator[bytes]:
    """Unpack chunks of packed data, one or several members on end; pass other data on. No chunk is empty."""
    chunk = next(chunks, b"")
    packing = _packing(chunk, source)
    chunks = chain([chunk] if chunk else [], chunks)
    if packing is None:
        yield from chunks
        return
    unpacker = packing.unpacker()
    for chunk in chunks:
        while chunk:
            if unpacker.eof:
                chunk = chunk.lstrip(b"\0")  # padding between members
                unpacker = packing.unpacker() if chunk else unpacker
                continue
            try:
                unpacked = unpacker.decompress(chunk)
            except packing.error as error:
                raise CorpusError(f"{source}: damaged {packing.name} data ({error})", source) from None
            if unpacked:
                yield unpacked
            chunk = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise CorpusError(f"{source}: the {packing.name} data end too early; the file is incomplete", source)


def _check_encoding(name: str) -> str:
    """Give Python's own name of an encoding; refuse one that cannot be that of a text file."""
    try:
        "\n".encode(name)
        known = codecs.lookup(name).name.removesuffix("-sig")
    except (LookupError, ValueError):
        known = "undefined"
    if known in _UNFIT:
        raise CorpusError(f"{name!r} is not an encoding that can be read; known are utf-8, gb18030, big5, utf-16 ...")
    return known


def _encoding_of(head: bytes | bytearray, encoding: str, source: str) -> str:
    """Give the encoding with its byte order; refuse a text whose first bytes show that it is in another."""
    if encoding in ("utf-16", "utf-32"):
        return f"{encoding}-be" if head.startswith("\ufeff".encode(f"{encoding}-be")) else f"{encoding}-le"
    if encoding.startswith(("utf-16", "utf-32")):
        return encoding
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            raise CorpusError(f"{source}: begins with the byte order mark of {name}; add --encoding {name}", source)
    head = head[:_HEAD]
    if head.count(0) * 4 >= len(head) > 0:
        order = "le" if head[1::2].count(0) >= head[::2].count(0) else "be"
        raise CorpusError(f"{source}: full of NUL bytes: no text, or else add --encoding utf-16-{order}", source)
    return encoding


def _cut(chunks: Iterable[bytes | bytearray], newline: bytes, size: int) -> Iterator[bytearray]:
    """Join chunks and cut them after the last line end within `size` bytes, or else after the first one."""
    data = bytearray()
    searched = 0  # no line ends before here
    for chunk in chunks:
        data += chunk
        while len(data) >= size:
            end = _line_start(data, newline, size) if searched < size else 0
            end = end or _line_end(data, newline, searched)
            if not end:
                searched = max(0, len(data) - len(newline) + 1)
                break
            yield data[:end]
            del data[:end]
            searched = 0
    if data:
        yield data


def _line_start(data: bytes | bytearray, newline: bytes, stop: int) -> int:
    """Find where the last line that starts at or before `stop` does."""
    at = data.rfind(newline, 0, stop)
    while at >= 0 and at % len(newline):  # across two characters of two or four bytes
        at = data.rfind(newline, 0, at + len(newline) - 1)
    return at + len(newline) if at >= 0 else 0


def _line_end(data: bytes | bytearray, newline: bytes, start: int) -> int:
    """Find the end of the first line that ends after `start`; 0 where none does."""
    at = data.find(newline, start)
    while at >= 0 and at % len(newline):
        at = data.find(newline, at + 1)
    return at + len(newline) if at >= 0 else 0


def _count_lines(data: bytes | bytearray, newline: bytes) -> int:
    """Count the line ends."""
    if len(newline) == 1:
        return data.count(newline)
    lines = at = 0
    while at := _line_end(data, newline, at):
        lines += 1
    return lines


def _skip(blocks: Iterator[bytearray], newline: bytes, low: int) -> tuple[int, int, bytearray]:
    """Read on to the first line that starts at `low` or later: give lines and bytes skipped, and what was read."""
    lines = length = 0
    while length < low and (data := next(blocks, None)) is not None:
        end = _first_start(data, newline, low - length)
        lines += _count_lines(data[:end], newline)
        length += end
        if end < len(data):
            return lines, length, data[end:]
    return lines, length, bytearray()


def _head(blocks: Iterable[bytearray], newline: bytes, high: int) -> Iterator[bytearray]:
    """Give the lines that start before `high`."""
    length = 0
    for data in blocks:
        end = _first_start(data, newline, high - length)
        yield data[:end]
        length += len(data)
        if length >= high:
            return


def _first_start(data: bytes | bytearray, newline: bytes, target: int) -> int:
    """Find where the first line that starts at `target` or later does in whole lines; their end where none does."""
    return (_line_end(data, newline, max(0, target - len(newline))) or len(data)) if target > 0 else 0


def _extents(file: BinaryIO, plain: Extent, size: int, span: _Span) -> Iterator[Extent]:
    """Cut a plain file where `_cut` would."""
    newline = "\n".encode(plain.encoding)
    start, stop = _section(file, plain, span)
    while start < stop:
        end = stop
        if stop - start >= size:
            last = _last_start(file, newline, start, start + size)
            end = last if last > start else _next_start(file, newline, start + size + 1, stop)
        yield plain._replace(start=start, end=end)
        start = end


def _section(file: BinaryIO, plain: Extent, span: _Span) -> tuple[int, int]:
    """Find where the lines of a shard start and end in a plain file."""
    newline = "\n".encode(plain.encoding)
    start, stop = (
        plain.start if at <= plain.start else _next_start(file, newline, at, plain.end) if at < plain.end else plain.end
        for at in span
    )
    return start, stop


def _last_start(file: BinaryIO, newline: bytes, start: int, stop: int) -> int:
    """Find where the last line that starts from `start` (itself a line's) to `stop` does, reading backwards."""
    for at in reversed(range(start, stop, _READ)):
        data = _read_at(file, at, min(at + _READ, stop))
        if found := _line_start(data, newline, len(data)):
            return at + found
    return start


def _next_start(file: BinaryIO, newline: bytes, target: int, stop: int) -> int:
    """Find where the first line that starts at `target` or later does; `stop` where none does before."""
    first = max(0, target - len(newline))  # the last line end that is too early is before here
    for at in range(first // len(newline) * len(newline), stop, _READ):
        if found := _line_end(_read_at(file, at, min(at + _READ, stop)), newline, max(0, first - at)):
            return at + found
    return stop


def _read_at(file: BinaryIO, start: int, stop: int) -> bytes:
    """Read the bytes from `start` to `stop`."""
    file.seek(start)
    return file.read(stop - start)


def _remedy(line: bytes | bytearray, encoding: str) -> str:
    """Name the option that reads a line which is not in the encoding."""
    other = "gb18030" if encoding == "utf-8" else "utf-8"
    read = line.decode(encoding, "replace")
    mostly_bad = read.count("\ufffd") * 2 > len(read) - len(read.encode("ascii", "ignore"))
    with suppress(UnicodeDecodeError):
        line.decode(other)
        if mostly_bad or other == "utf-8":  # UTF-8 with a little damage may well decode as gb18030, into nonsense
            return f"it decodes as {other}: add --encoding {other}, or --errors replace"
    return "name the encoding with --encoding, or add --errors replace"
