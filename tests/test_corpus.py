"""Reading text: blocks of whole lines out of files and standard input, packed or not, in any encoding."""

import bz2
import errno
import gzip
import io
import lzma
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backports import zstd

from nlpzero.errors import CorpusError
from nlpzero.reading.corpus import Corpus
from nlpzero.reading.inputs import read_chunks
from nlpzero.reading.options import Reading
from nlpzero.reading.packing import PIECE, unpack
from nlpzero.reading.parts import Block, Extent, Part, part_bytes, text_of

RIVERS = "长江向东流，\n黄河也向东。\n湖水静静的\n"  # Two rivers run east; the lake lies still.
SIZES = (1, 2, 7, 50, 3 << 20)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
}
ENCODINGS = ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-8-sig")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Give a function that writes bytes, or text as UTF-8, to a new file and gives its path."""

    def write(data: bytes | str, name: str = "text.txt") -> str:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    return write


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Give a function that puts bytes on standard input."""
    return lambda data: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def read(*paths: str, size: int = 3 << 20, **options: Any) -> str:
    """Read a corpus whole."""
    return "".join(block.text for block in Corpus(paths, **options).blocks(size))


def failure(*paths: str, **options: Any) -> str:
    """Read a corpus that cannot be read: give the message, which must be one line."""
    with pytest.raises(CorpusError) as caught:
        read(*paths, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def random_text(rng: np.random.Generator, length: int) -> str:
    """Make text of many kinds of characters; some hold the byte of a line feed in UTF-16, such as 上 (U+4E0A)."""
    alphabet = "天地人上\u0a4e\u0a0a\u0d0a\U0002000b\U00030a0a7a。　 \r\u2028\x85\x0b\n\n"
    return "".join(rng.choice(list(alphabet), length))


def test_a_file_is_read_in_blocks_of_whole_lines(write: Callable[..., str]) -> None:
    path = write(RIVERS)
    assert list(Corpus([path]).blocks(size=20)) == [
        Block(path, 1, "长江向东流，\n"),
        Block(path, 2, "黄河也向东。\n"),
        Block(path, 3, "湖水静静的\n"),
    ]


def test_a_block_holds_the_lines_that_fit_and_at_least_one(write: Callable[..., str]) -> None:
    path = write("a\nb\n" + "c" * 9 + "\nd\ne\n")
    assert [block.text for block in Corpus([path]).blocks(size=4)] == ["a\nb\n", "c" * 9 + "\n", "d\ne\n"]


def test_several_files_are_read_in_order_and_no_block_joins_two(write: Callable[..., str]) -> None:
    first, second, third = write("山\n水", "1.txt"), write("", "2.txt"), write("云\n", "3.txt")
    assert list(Corpus([first, second, third]).blocks()) == [Block(first, 1, "山\n水"), Block(third, 1, "云\n")]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_lines_and_columns_do_not_depend_on_the_block_size(encoding: str, write: Callable[..., str]) -> None:
    rng = np.random.default_rng(7)
    for round_ in range(20):
        text = random_text(rng, int(rng.integers(1, 300)))
        path = write(text.encode(encoding), f"{round_}.txt")
        for size in SIZES:
            line, whole = 1, ""
            for block in Corpus([path], encoding=encoding).blocks(size):
                assert block.line == line
                assert not whole or whole.endswith("\n")
                line += block.text.count("\n")
                whole += block.text
            assert whole == text


def test_lines_end_at_line_feeds_only(write: Callable[..., str]) -> None:
    text = "一\r\n二　三\x0b\x0c\x1c\x85\u2028四\r五\n\n六"
    assert list(Corpus([write(text)]).lines()) == ["一\r", "二　三\x0b\x0c\x1c\x85\u2028四\r五", "", "六"]
    assert list(Corpus([write("一\n\n")]).lines()) == ["一", ""]
    assert list(Corpus([write("")]).lines()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_one_byte_order_mark_is_dropped(encoding: str, write: Callable[..., str]) -> None:
    path = write("\ufeff\ufeff河\n\ufeff".encode(encoding))
    assert read(path, encoding=encoding, size=1) == "\ufeff河\n\ufeff"
    assert list(Corpus([write("\ufeff".encode(encoding))], encoding=encoding).blocks()) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_the_byte_order_mark_tells_the_byte_order(encoding: str, order: str, write: Callable[..., str]) -> None:
    assert read(write(("\ufeff" + RIVERS).encode(f"{encoding}-{order}")), encoding=encoding) == RIVERS
    little = write(RIVERS.encode(f"{encoding}-le"))
    assert read(little, encoding=encoding) == RIVERS


@pytest.mark.parametrize("encoding", ["big5", "gbk", "hz", "iso2022_jp", "euc_jp", "shift_jis", "cp037", "latin-1"])
def test_other_encodings_are_read_too(encoding: str, write: Callable[..., str]) -> None:
    text = "abc\n12\n" if encoding in ("cp037", "latin-1") else "山中\n小川~\n"  # in the mountains, a brook
    for size in SIZES:
        assert read(write(text.encode(encoding)), encoding=encoding, size=size) == text


def test_characters_beyond_the_basic_plane_are_read(write: Callable[..., str]) -> None:
    text = "\U00020000\U0002a6df\U00030000\U000323af😀\n"
    for encoding in ENCODINGS:
        assert read(write(text.encode(encoding)), encoding=encoding) == text


def test_a_line_of_ten_megabytes_is_one_block(write: Callable[..., str]) -> None:
    line = "春江花月夜" * 700_000 + "\n"  # spring, river, flowers, moon, night
    blocks = list(Corpus([write("短\n" + line + "短\n")]).blocks(1 << 20))
    assert [block.line for block in blocks] == [1, 2, 3]
    assert blocks[1].text == line


# Packed data


@pytest.mark.parametrize("kind", PACKERS)
def test_packed_files_are_recognised_by_content(
    kind: str, write: Callable[..., str], feed: Callable[[bytes], None]
) -> None:
    packed = PACKERS[kind](RIVERS.encode())
    assert read(write(packed)) == RIVERS
    feed(packed)
    assert read("-") == RIVERS
    assert read(write(PACKERS[kind](b""))) == ""
    utf_16 = PACKERS[kind](RIVERS.encode("utf-16"))
    assert read(write(utf_16), encoding="utf-16", size=1) == RIVERS


@pytest.mark.parametrize("kind", PACKERS)
def test_packed_members_on_end_are_one_text(kind: str, write: Callable[..., str]) -> None:
    first, second = "河" * 100_000, "湖\n"
    padding = b"" if kind in ("bzip2", "zstd") else bytes(8)
    assert read(write(PACKERS[kind](first.encode()) + PACKERS[kind](second.encode()) + padding)) == first + second


@pytest.mark.parametrize("kind", PACKERS)
def test_packed_data_that_end_early_are_an_error(kind: str, write: Callable[..., str]) -> None:
    rng = np.random.default_rng(1)
    text = "".join(map(chr, rng.integers(0x4E00, 0x9000, 50_000)))
    packed = PACKERS[kind](text.encode())
    for length in (12, len(packed) // 2, len(packed) - 1):
        path = write(packed[:length])
        assert failure(path) == f"{path}: the {kind} data end too early; the file is incomplete"


@pytest.mark.parametrize("kind", PACKERS)
def test_damaged_packed_data_are_an_error(kind: str, write: Callable[..., str]) -> None:
    packed = PACKERS[kind](RIVERS.encode())
    path = write(packed + b"not packed at all, but long enough to be looked at")
    assert failure(path).startswith(f"{path}: damaged {kind} data (")


def test_zstd_without_its_package_names_the_extra(write: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports", None)
    path = write(PACKERS["zstd"](b"a"))
    assert failure(path) == f"{path}: is zstd data; to read it: pip install nlpzero[zstd]"


# Standard input and second readings


def test_standard_input_is_read_once(feed: Callable[[bytes], None]) -> None:
    feed(RIVERS.encode())
    corpus = Corpus()
    assert list(corpus.blocks()) == [Block("<stdin>", 1, RIVERS)]
    with pytest.raises(CorpusError, match=r"^<stdin>: can be read only once; open the corpus with rereadable=True$"):
        list(corpus.blocks())
    assert not sys.stdin.closed


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_rereadable_corpus_reads_standard_input_again_and_leaves_no_file(
    pack: Callable[[bytes], bytes], tmp_path: Path, write: Callable[..., str], feed: Callable[[bytes], None]
) -> None:
    feed(pack(RIVERS.encode()))
    folder = tmp_path / "spool"
    folder.mkdir()
    path = write("前言\n")  # preface
    with Corpus([path, "-"], rereadable=True, tmp_dir=folder) as corpus:
        first = list(corpus.blocks(10))
        assert len(list(folder.iterdir())) == 1
        assert list(corpus.blocks(10)) == first
        assert list(zip(corpus.blocks(10), corpus.blocks(10), strict=True)) == [(block, block) for block in first]
    assert "".join(block.text for block in first) == "前言\n" + RIVERS
    assert list(folder.iterdir()) == []


def test_no_copy_stays_behind_when_there_is_no_space(
    tmp_path: Path, feed: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    feed(b"text")
    monkeypatch.setattr("shutil.copyfileobj", fail)
    with pytest.raises(OSError) as caught:
        next(Corpus(rereadable=True, tmp_dir=tmp_path).blocks())
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_can_be_read_again_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(RIVERS,), kwargs={"encoding": "utf-8"})
    writer.start()
    with Corpus([pipe], rereadable=True) as corpus:
        assert [list(corpus.blocks()), list(corpus.blocks())] == [[Block(str(pipe), 1, RIVERS)]] * 2
    writer.join()


def test_standard_input_cannot_be_given_twice() -> None:
    assert failure("-", "-") == "<stdin>: given twice, but it can be read only once"


def test_closed_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert failure("-") == "standard input is closed; name a file"


# Files that cannot be read


def test_a_missing_file_is_known_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"missing\.txt: No such file or directory$") as caught:
        Corpus([tmp_path / "missing.txt"])
    assert caught.value.source == str(tmp_path / "missing.txt")
    with pytest.raises(CorpusError, match="null"):
        Corpus(["a\0b"])


def test_a_directory_is_an_error(tmp_path: Path) -> None:
    assert failure(str(tmp_path)) == f"{tmp_path}: is a directory; name its files, such as {tmp_path}/*.txt"


def test_an_unreadable_file_is_an_error(write: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, _mode: str) -> None:  # root may read anything
        raise PermissionError(errno.EACCES, "Permission denied", path)

    path = write("text")
    monkeypatch.setattr("nlpzero.reading.inputs.open", refuse, raising=False)
    assert failure(path) == f"{path}: Permission denied"


def test_a_failing_disk_is_an_error(write: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    path = write("text")
    monkeypatch.setattr("nlpzero.reading.inputs.open", lambda *_: Failing(), raising=False)
    assert failure(path) == f"{path}: Input/output error"


@pytest.mark.parametrize("name", ["nonsense", "rot13", "hex", "utf-7", "unicode_escape", "undefined", "a\0b"])
def test_what_is_no_encoding_of_text_files_is_refused(name: str) -> None:
    with pytest.raises(CorpusError, match="is not an encoding that can be read"):
        Corpus(encoding=name)


def test_errors_are_strict_or_replaced() -> None:
    with pytest.raises(ValueError, match="'strict' or 'replace', not 'ignore'"):
        Corpus(errors="ignore")


# Bytes that are not in the encoding


def test_a_wrong_byte_is_an_error_that_names_its_place(write: Callable[..., str]) -> None:
    path = write("好\n你们好".encode() + b"\xb5" + "吗\n再见\n".encode())
    for size in SIZES:
        assert failure(path, size=size) == (
            f"{path}: line 2, byte 10 (offset 13): 0xb5 is not utf-8 here; "
            "name the encoding with `encoding`, or add `errors`='replace'"
        )
    with pytest.raises(CorpusError) as caught:
        read(path)
    assert (caught.value.source, caught.value.line) == (path, 2)


def test_a_text_in_gb18030_is_recognised(write: Callable[..., str]) -> None:
    path = write("title\n中国人民\n".encode("gb18030"))
    assert failure(path) == (
        f"{path}: line 2, byte 1 (offset 6): 0xd6 is not utf-8 here; "
        "it decodes as gb18030: add `encoding`='gb18030', or `errors`='replace'"
    )
    assert read(path, encoding="gb18030") == "title\n中国人民\n"


def test_damaged_utf_8_is_not_taken_for_gb18030(write: Callable[..., str]) -> None:
    damaged = "我们".encode() + b"\xd6\xd0"
    assert damaged.decode("gb18030")
    assert "gb18030" not in failure(write(damaged))


def test_utf_8_is_recognised_under_another_encoding(write: Callable[..., str]) -> None:
    assert "it decodes as utf-8: add `encoding`='utf-8'" in failure(write("长江大桥\n"), encoding="ascii")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_the_byte_order_mark_of_another_encoding_is_recognised(encoding: str, write: Callable[..., str]) -> None:
    path = write(RIVERS.encode(encoding))
    for errors in ("strict", "replace"):
        message = f"{path}: begins with the byte order mark of {encoding}; add `encoding`='{encoding}'"
        assert failure(path, errors=errors) == message


def test_a_wrong_place_in_utf_16_is_named(write: Callable[..., str]) -> None:
    path = write("上天\n入地".encode("utf-16-le") + b"\x00\xd8" + "\n".encode("utf-16-le"))
    for size in SIZES:
        assert "line 2, byte 5 (offset 10): 0x00 is not utf-16-le here" in failure(
            path, encoding="utf-16-le", size=size
        )


def test_replaced_characters_are_counted_and_the_first_is_remembered(write: Callable[..., str]) -> None:
    good = write("\ufffd\n", "good.txt")
    bad = write(b"\xef\xbb\xbf" + "天\n地\ufffd".encode() + b"\xff\xfe\n\xff", "bad.txt")
    with Corpus([good, bad], errors="replace") as corpus:
        assert corpus.replaced == 0
        for size in SIZES:
            text = "".join(block.text for block in corpus.blocks(size))
            assert text == "\ufffd\n天\n地\ufffd\ufffd\ufffd\n\ufffd"
            assert (corpus.replaced, corpus.first_replaced) == (3, (bad, 2, 3))


def test_surrogates_are_wrong_in_utf_8(write: Callable[..., str]) -> None:
    path = write("前".encode() + b"\xed\xa0\x80" + "后".encode())
    assert "byte 4 (offset 3): 0xed" in failure(path)
    assert read(path, errors="replace") == "前\ufffd\ufffd\ufffd后"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16-le", "utf-32-be", "hz", "iso2022_jp"])
def test_any_bytes_can_be_read_with_replacements_and_without_lone_surrogates(
    encoding: str, write: Callable[..., str]
) -> None:
    rng = np.random.default_rng(11)
    mixture = np.frombuffer(b"\n\n\n\r~{ab\x1b$B\x80\xd8\xdc\xe4\xb8\xad\xed\xa0\xff\x0a\x83\x36\xc7\x38", np.uint8)
    for round_ in range(30):
        path = write(rng.choice(mixture, 200).tobytes(), f"{round_}.txt")
        results = []
        for size in SIZES:
            with Corpus([path], encoding=encoding, errors="replace") as corpus:
                text = "".join(block.text for block in corpus.blocks(size))
                results.append((text, corpus.replaced, corpus.first_replaced))
        text.encode()  # fails at a lone surrogate
        assert results == [results[0]] * len(SIZES)


def test_a_nul_is_an_ordinary_character(write: Callable[..., str]) -> None:
    assert read(write("天\0地\n\0\n")) == "天\0地\n\0\n"


def test_a_file_full_of_nuls_is_no_text(write: Callable[..., str]) -> None:
    path = write("plain ascii\n".encode("utf-16-be"))
    for errors in ("strict", "replace"):
        assert failure(path, errors=errors) == f"{path}: full of NUL bytes: no text, or else add `encoding`='utf-16-be'"
    assert failure(write(bytes(5000))).endswith("add `encoding`='utf-16-le'")


# Parts, which workers read by themselves, and shards


def shown(part: Part) -> tuple[str, str]:
    """Show what a part and a block have in common."""
    return part.source, text_of(part)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_parts_have_the_borders_and_the_text_of_blocks(
    encoding: str, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    for round_ in range(20):
        for module in ("corpus", "inputs", "lines"):
            monkeypatch.setattr(f"nlpzero.reading.{module}.READ", int(rng.choice([4, 16, 1 << 16])))
        path = write(random_text(rng, int(rng.integers(0, 300))).encode(encoding), f"{round_}.txt")
        for size in (*SIZES, int(rng.integers(1, 300))):
            corpus = Corpus([path], encoding=encoding)
            parts = list(corpus.parts(size))
            assert all(isinstance(part, Extent) for part in parts)
            assert [*map(shown, parts)] == [*map(shown, corpus.blocks(size))]
            assert sum(map(part_bytes, parts)) == (corpus.length() or 0)


def test_an_extent_says_what_a_worker_needs_to_read_it(write: Callable[..., str], monkeypatch: Any) -> None:
    path = Path(write("\ufeff" + RIVERS))
    monkeypatch.chdir(path.parent)
    status = path.stat()
    assert list(Corpus([path.name]).parts(20)) == [
        Extent(path.name, str(path), start, end, 57, status.st_mtime_ns, "utf-8")
        for start, end in ((3, 22), (22, 41), (41, 57))
    ]


def test_what_a_worker_cannot_read_by_itself_comes_as_blocks(
    write: Callable[..., str], feed: Callable[[bytes], None]
) -> None:
    plain, packed = write(RIVERS, "plain"), write(gzip.compress(RIVERS.encode()), "packed")
    feed(RIVERS.encode())
    kinds = [type(part) for part in Corpus([plain, packed, "-"]).parts()]
    assert kinds == [Extent, Block, Block]
    assert [Corpus(paths).length() for paths in ([plain, plain], [plain, packed], [plain, "-"])] == [108, None, None]
    readings: list[dict[str, Any]] = [{"errors": "replace"}, {"encoding": "hz"}, {"encoding": "iso2022_jp"}]
    for options in readings:
        path = write("ab\ncd\n", "ascii")
        assert {type(part) for part in Corpus([path], **options).parts()} == {Block}


@pytest.mark.parametrize(("encoding", "bad"), [("utf-8", b"\xff"), ("utf-16-le", b"\xff\xdf"), ("gb18030", b"\xff")])
def test_a_wrong_byte_in_an_extent_is_the_error_of_the_whole_file(
    encoding: str, bad: bytes, write: Callable[..., str]
) -> None:
    before, after = "好\n\n" * 5 + "水", "\n再见\n"  # good; water; goodbye
    path = write(before.encode(encoding) + bad + after.encode(encoding))
    for size in SIZES:
        corpus = Corpus([path], encoding=encoding)
        with pytest.raises(CorpusError) as caught:
            list(map(text_of, corpus.parts(size)))
        assert str(caught.value) == failure(path, encoding=encoding)
        assert (caught.value.source, caught.value.line) == (path, 11)


@pytest.mark.parametrize("way", ["blocks", "parts"])
def test_a_file_that_changes_while_it_is_read_is_an_error(way: str, write: Callable[..., str]) -> None:
    path = write(RIVERS)
    corpus = Corpus([path])
    parts = getattr(corpus, way)(20)
    read = [text_of(next(parts))]
    os.utime(path, ns=(0, 0))
    with pytest.raises(CorpusError) as caught:
        read += map(text_of, parts)
    assert str(caught.value) == f"{path}: changed while it was read; run again"
    with pytest.raises(CorpusError, match="changed while it was read"):  # compared with what the first reading saw
        next(getattr(corpus, way)(20))
    os.unlink(path)
    with pytest.raises(CorpusError, match="No such file"):
        next(getattr(corpus, way)(20))


def test_an_extent_of_a_file_that_is_another_by_now_is_refused(write: Callable[..., str]) -> None:
    path = write(RIVERS)
    extent = next(Corpus([path]).parts())
    for change in (lambda: os.utime(path, ns=(0, 0)), lambda: write("短\n")):
        change()
        with pytest.raises(CorpusError) as caught:
            text_of(extent)
        assert str(caught.value) == f"{path}: changed while it was read; run again"
    os.unlink(path)
    with pytest.raises(CorpusError) as caught:
        text_of(extent)
    assert str(caught.value) == f"{path}: No such file or directory"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_shards_together_are_the_input(
    encoding: str, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    for round_ in range(20):
        for module in ("corpus", "inputs", "lines"):
            monkeypatch.setattr(f"nlpzero.reading.{module}.READ", int(rng.choice([4, 16, 1 << 16])))
        texts = [random_text(rng, int(rng.integers(0, 100))) for _ in range(3)]
        paths = [write(text.encode(encoding), f"{round_}-{i}.txt") for i, text in enumerate(texts)]
        Path(paths[2]).write_bytes(gzip.compress(texts[2].encode(encoding)))
        shards = int(rng.integers(1, 9))
        size = int(rng.choice(SIZES))
        blocks: list[Block] = []
        for number in range(1, shards + 1):
            corpus = Corpus(paths, encoding=encoding, shard=(number, shards))
            mine = list(corpus.blocks(size))
            assert [*map(shown, corpus.parts(size))] == [*map(shown, mine)]
            blocks += mine
        for path, text in zip(paths, texts, strict=True):
            line, whole = 1, ""
            for block in blocks:
                if block.source == path:
                    assert block.line == line
                    assert not whole or whole.endswith("\n")
                    line += block.text.count("\n")
                    whole += block.text
            assert whole == text


def test_shards_are_cut_at_the_line_starts_after_equal_shares_of_the_bytes(write: Callable[..., str]) -> None:
    paths = [write("a\nb\nc\nd\n", "1"), write("efghijk\n", "2")]
    shards = [[block.text for block in Corpus(paths, shard=(i, 4)).blocks()] for i in (1, 2, 3, 4)]
    assert shards == [["a\nb\n"], ["c\nd\n"], ["efghijk\n"], []]


def test_a_shard_of_standard_input_is_taken_from_a_copy(feed: Callable[[bytes], None], tmp_path: Path) -> None:
    for packed in (bytes, gzip.compress):
        feed(packed(RIVERS.encode()))
        with Corpus(shard=(2, 3), tmp_dir=tmp_path) as corpus:
            assert list(corpus.blocks()) == [Block("<stdin>", 2, "黄河也向东。\n")]
            assert [*map(text_of, corpus.parts())] == ["黄河也向东。\n"]
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shard", [(0, 3), (4, 3), (-1, -1)])
def test_a_shard_is_one_of_the_parts(shard: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="shard must be"):
        Corpus(shard=shard)


# Long lines, and packed data that grow


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-32-be"])
def test_a_line_that_is_too_long_is_named_and_one_that_is_not_is_read(
    encoding: str, size: int, write: Callable[..., str]
) -> None:
    text = "短\n" * 20 + "长" * 30 + "\n短\n"  # short lines around a long one
    path = write(text.encode(encoding))
    longest = len(("长" * 30 + "\n").encode(encoding))
    assert read(path, encoding=encoding, size=size, reading=Reading(max_line=longest)) == text
    for last in ("\n短\n", "\n", ""):
        path = write((text.removesuffix("\n短\n") + last).encode(encoding))
        for shard in (None, (1, 1)):
            reading = Reading(max_line=longest - 1 - len("" if last else "\n".encode(encoding)))
            message = f"{path}: line 21: longer than {reading.max_line} bytes; give more"
            assert failure(path, encoding=encoding, size=size, shard=shard, reading=reading).startswith(message)
            with pytest.raises(CorpusError, match="line 21: longer than"):
                list(Corpus([path], encoding=encoding, shard=shard, reading=reading).parts(size))


@pytest.mark.parametrize("kind", PACKERS)
def test_packed_data_are_unpacked_a_little_at_a_time(kind: str, write: Callable[..., str]) -> None:
    path = write(PACKERS[kind](b" " * (64 << 20) + b"\n"), "blanks")
    with open(path, "rb") as file:
        chunks = unpack(read_chunks(file, path), path)
        assert max(map(len, chunks)) <= PIECE
    assert failure(path).startswith(f"{path}: line 1: longer than 33,554,432 bytes")
