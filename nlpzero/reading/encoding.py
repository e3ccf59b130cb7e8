"""Encodings (编码): which there are, what the first bytes of a text say of it, and what to do about a bad byte."""

import codecs
from contextlib import suppress

from ..errors import CorpusError
from .lines import line_end, line_start

HEAD = 1 << 10
"""Bytes looked at to tell text from binary data."""
STATEFUL = ("hz", "iso2022")
"""How the encodings begin in which damage in one line changes the next, unless each is decoded on its own."""
_UNFIT = {"idna", "iso2022_kr", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
"""Encodings whose lines do not decode on their own, or decode to lone surrogates."""
_BYTE_ORDER_MARKS = (  # the longer first: one begins like another
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def check_encoding(name: str) -> str:
    """Give Python's own name of an encoding; refuse one that cannot be that of a text file."""
    try:
        "\n".encode(name)
        known = codecs.lookup(name).name.removesuffix("-sig")
    except (LookupError, ValueError):
        known = "undefined"
    if known in _UNFIT:
        raise CorpusError(f"{name!r} is not an encoding that can be read; known are utf-8, gb18030, big5, utf-16 ...")
    return known


def encoding_of(head: bytes | bytearray, encoding: str, source: str) -> str:
    """Give the encoding with its byte order; refuse a text whose first bytes show that it is in another."""
    if encoding in ("utf-16", "utf-32"):
        return f"{encoding}-be" if head.startswith("\ufeff".encode(f"{encoding}-be")) else f"{encoding}-le"
    if encoding.startswith(("utf-16", "utf-32")):
        return encoding
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            raise CorpusError(f"{source}: begins with the byte order mark of {name}; add `encoding`='{name}'", source)
    head = head[:HEAD]
    if head.count(0) * 4 >= len(head) > 0:
        order = "le" if head[1::2].count(0) >= head[::2].count(0) else "be"
        raise CorpusError(f"{source}: full of NUL bytes: no text, or else add `encoding`='utf-16-{order}'", source)
    return encoding


def undecodable(data: bytes | bytearray, at: int, encoding: str, source: str, line: int, offset: int) -> CorpusError:
    """Make the error for byte `at` of whole lines that begin in `line`, at `offset` of the unpacked text."""
    newline = "\n".encode(encoding)
    line += data[:at].decode(encoding).count("\n")
    start, end = line_start(data, newline, at), line_end(data, newline, at) or len(data)
    return CorpusError(
        f"{source}: line {line}, byte {at - start + 1} (offset {offset + at}): 0x{data[at]:02x} is not "
        f"{encoding} here; {_remedy(data[start:end], encoding)}",
        source,
        line,
    )


def _remedy(line: bytes | bytearray, encoding: str) -> str:
    """Name the option that reads a line which is not in the encoding."""
    other = "gb18030" if encoding == "utf-8" else "utf-8"
    read = line.decode(encoding, "replace")
    mostly_bad = read.count("\ufffd") * 2 > len(read) - len(read.encode("ascii", "ignore"))
    with suppress(UnicodeDecodeError):
        line.decode(other)
        if mostly_bad or other == "utf-8":  # UTF-8 with a little damage may well decode as gb18030, into nonsense
            return f"it decodes as {other}: add `encoding`='{other}', or `errors`='replace'"
    return "name the encoding with `encoding`, or add `errors`='replace'"


def too_long(source: str, line: int, limit: int) -> CorpusError:
    """Make the error for a line of too many bytes."""
    return CorpusError(
        f"{source}: line {line}: longer than {limit:,} bytes; give more `memory` where that can be given, or break the "
        "line",
        source,
        line,
    )
