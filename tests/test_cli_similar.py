"""`nlpzero similar` as its users meet it."""

import csv
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from nlpzero_cli import pairing as module
from nlpzero_cli.main import main

from nlpzero.segment.cutter import Cutter, Flags
from nlpzero.similarity.distances import word_movers_distance
from nlpzero.text.characters import Codes, from_code_points
from nlpzero.vectors.store import Vectors

STORIES = Path(__file__).parent.parent / "data" / "stories.txt"
PURE = ("--method", "wrd", "--ground", "words")
"""Words compared by their vectors alone: those without one are left out."""
COLUMNS = ["method", "distance", "similarity", "words_a", "words_b", "oov_a", "oov_b"]
Similar = Callable[..., Result]


@pytest.fixture
def similar(monkeypatch: pytest.MonkeyPatch) -> Similar:
    """Give a function that runs the command in this process."""
    monkeypatch.delenv("NLPZERO_VECTORS", raising=False)

    def run(*arguments: str | Path, text: str | bytes | None = None, workers: int = 1) -> Result:
        return CliRunner().invoke(main, ["similar", "-j", str(workers), *map(str, arguments)], input=text)

    return run


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Write a tiny word2vec file: rivers lie apart from a mountain and a boat."""
    path = tmp_path / "tiny.vec"
    rows = {"江": (3, 4), "河": (4, 3), "山": (-4, 3), "船": (0, -2)}
    path.write_text("4 2\n" + "".join(f"{w} {x} {y}\n" for w, (x, y) in rows.items()), encoding="utf-8")
    return path


def rows(result: Result, status: int = 0) -> list[dict[str, str]]:
    assert result.exit_code == status, result.output
    return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))


def test_two_texts_are_compared_out_of_the_box(similar: Similar) -> None:
    # a boat on the river; a small boat lies at the bank; the stock market fell
    [near] = rows(similar("--text", "河上有一条船", "江边停着小船。"))
    [far] = rows(similar("--text", "河上有一条船", "股市今天下跌"))
    assert [*near] == COLUMNS
    assert (near["method"], near["words_b"], near["oov_a"], near["oov_b"]) == ("combined", "4", "0", "0")
    assert float(near["distance"]) < float(far["distance"])
    assert float(near["similarity"]) == pytest.approx(1 - float(near["distance"]))


def test_two_files_are_compared_as_two_texts(similar: Similar, tmp_path: Path, vectors: Path) -> None:
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text("江 上\n山\n", encoding="utf-8")
    b.write_text("河 ，\n\n山 山 江\n", encoding="utf-8")
    options = ("--tokenized", "--vectors", vectors, "--method", "wmd", "--format", "jsonl")
    found = json.loads(similar(*options, a, b).stdout)
    expected = word_movers_distance(["江", "山"], ["河", "山", "山", "江"], Vectors.load(vectors))
    assert found == {
        "method": "wmd",
        "distance": pytest.approx(expected, rel=1e-12),
        "similarity": pytest.approx(1 / (1 + expected), rel=1e-12),
        "words_a": 2,
        "words_b": 4,
        "oov_a": 1,
        "oov_b": 0,
    }
    assert similar(*options, "-", b, text=a.read_bytes()).stdout == similar(*options, a, b).stdout
    [same] = rows(similar("--vectors", vectors, "--method", "wrd", STORIES, STORIES))
    assert (same["distance"], same["similarity"]) == ("0.0000", "1.0000")


@pytest.mark.parametrize("method", ["wrd", "wmd", "rwmd", "wcd", "cosine", "emd"])
def test_lines_and_pairs_give_the_same_rows_in_order(similar: Similar, tmp_path: Path, method: str) -> None:
    lines = [line for line in STORIES.read_text(encoding="utf-8").splitlines() if line][:40]
    a, b, pairs = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "pairs.tsv"
    a.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    b.write_text("".join(line + "\n" for line in reversed(lines)), encoding="utf-8")
    both = zip(lines, reversed(lines), strict=True)
    pairs.write_text("".join(f"{x}\t{y}\tmore\tcolumns\n" for x, y in both), encoding="utf-8")
    by_lines = similar("--method", method, "--lines", a, b)
    found = rows(by_lines)
    assert [*found[0]] == ["line", *COLUMNS]
    assert [row["line"] for row in found] == [str(k) for k in range(1, 41)]
    distances = [float(row["distance"]) for row in found]
    assert distances == pytest.approx(distances[::-1], abs=1e-4)
    for k in (0, 7):
        [one] = rows(similar("--method", method, "--text", lines[k], lines[39 - k]))
        assert one == {key: value for key, value in found[k].items() if key != "line"}
    assert similar("--method", method, "--pairs", pairs).stdout == by_lines.stdout
    assert similar("--method", method, "--pairs", "-", text=pairs.read_bytes()).stdout == by_lines.stdout


@pytest.mark.parametrize("oov", ["drop", "char"])
def test_rows_do_not_depend_on_blocks_and_workers(similar: Similar, oov: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line[:60] for line in STORIES.read_text(encoding="utf-8").splitlines() if line]
    text = "".join(f"{x}\t{y}\n" for x, y in pairwise(lines))
    options = ("--format", "jsonl", "--oov", oov, "--pairs", "-")
    whole = similar(*options, text=text).stdout
    monkeypatch.setattr(module, "BLOCK", 17)
    assert len(whole.splitlines()) == len(lines) - 1
    assert similar(*options, text=text).stdout == whole
    assert similar(*options, text=text, workers=2).stdout == whole


def test_texts_without_known_words_are_empty_fields_and_counted_at_the_end(similar: Similar, vectors: Path) -> None:
    text = "江\t河\n海\t河\n。\t。\n山\t山\n"
    result = similar("--vectors", vectors, *PURE, "--tokenized", "--pairs", "-", text=text)
    found = rows(result)
    assert [row["distance"] for row in found] == ["0.0400", "", "", "0.0000"]
    assert [row["similarity"] for row in found] == ["0.9600", "", "", "1.0000"]
    assert [(row["words_a"], row["oov_a"]) for row in found] == [("1", "0"), ("0", "1"), ("0", "0"), ("1", "0")]
    assert result.stderr == (
        "nlpzero: rows with a text without any known word: 2; give larger --vectors, or --oov compose\n"
    )
    quiet = similar("--vectors", vectors, *PURE, "--text", "--format", "jsonl", "海", "河")
    assert (quiet.exit_code, json.loads(quiet.stdout)["distance"]) == (1, None)


def test_an_output_file_is_complete_even_if_rows_are_empty(similar: Similar, vectors: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tsv"
    result = similar("--vectors", vectors, *PURE, "--pairs", "-", "-o", out, text="海\t河\n海\t江\n")
    assert (result.exit_code, result.stderr.count("error: rows with a text without any known word: 2;")) == (1, 1)
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


def test_labels_are_compared_with_similarities(similar: Similar, vectors: Path) -> None:
    text = "江\t河\t1\n江\t山\t0\n江\t江\t1\r\n江\t船\t0\n"
    options = ("--vectors", vectors, "--tokenized", "--pairs", "-", "--gold")
    result = similar(*options, text=text)
    assert len(rows(result)) == 4
    assert result.stderr == "nlpzero: spearman 0.8944, auc 1.0000 (4 pairs)\n"
    last = json.loads(similar(*options, "--format", "jsonl", text=text).stdout.splitlines()[-1])
    assert last == {"spearman": pytest.approx(0.8944, abs=1e-4), "auc": 1.0, "pairs": 4}
    graded = similar(*options, text=text.replace("\t0", "\t2.5"))
    assert graded.stderr == "nlpzero: spearman -0.8944 (4 pairs)\n"
    for bad in ("江\t河\n", "江\t河\tgood\n", "江\t河\tnan\n"):
        result = similar(*options, text=text + bad)
        assert (result.exit_code, result.stderr) == (
            1,
            "nlpzero: error: <stdin>: line 5: no number in the third column, for --gold\n",
        )


def test_search_gives_the_nearest_lines_of_the_collection(similar: Similar, vectors: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text("山 船\n江 山\n\n河\n江 江\n", encoding="utf-8")
    options = ("--vectors", vectors, *PURE, "--tokenized", "--search", "--top", "3")
    result = similar(*options, "-", lines, text="江\n海\n河 山\n")
    found = rows(result)
    assert [*found[0]] == ["query", "rank", "line", "distance", "similarity", "text"]
    shown = [(row["query"], row["rank"], row["line"], row["text"]) for row in found]
    assert shown[:3] == [("1", "1", "5", "江 江"), ("1", "2", "4", "河"), ("1", "3", "2", "江 山")]
    assert shown[3] == ("2", "", "", "")
    assert [row[2] for row in shown[4:]] == ["2", "5", "4"]
    assert [row["distance"] for row in found[:2]] == ["0.0000", "0.0400"]
    assert result.stderr == "nlpzero: queries without any known word: 1; give larger --vectors, or --oov compose\n"


@pytest.mark.parametrize("method", ["wrd", "wmd", "rwmd", "wcd", "cosine", "emd"])
@pytest.mark.parametrize("oov", ["drop", "char"])
def test_search_by_an_index_gives_the_same_answers(
    similar: Similar, tmp_path: Path, method: str, oov: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, stories = tmp_path / "index.npz", tmp_path / "stories.txt"
    stories.write_bytes(STORIES.read_bytes().replace(b"\n", b"\r\n", 40))
    # a boat came to the quay; a fisherman, with a word of no vector; nothing known
    queries = "船靠了码头\n渔夫和老渔夫\n。\n"
    options = ("--method", method, "--oov", oov, "--search", "--top", "3", "--format", "jsonl")
    plain = similar(*options, "-", stories, text=queries)
    assert (plain.exit_code, plain.stderr.count("queries without any known word: 1;")) == (0, 1)
    assert len(plain.stdout.splitlines()) == 7
    made = similar(*options, "--index", index, "-", stories, text=queries)
    held = index.read_bytes()
    with monkeypatch.context() as patch:
        cut: list[str] = []

        def remember(cutter: Cutter, codes: Codes) -> Flags:
            cut.append(from_code_points(codes))
            return np.ones(len(codes), np.bool_)

        patch.setattr(Cutter, "marks", remember)
        similar(*options, "--index", index, "-", stories, text=queries)
        assert "".join(cut) == queries  # the collection is not cut again
    used = similar(*options, "--index", index, "-", stories, text=queries)
    alone = similar(*options, "--index", index, "-", text=queries)
    for other in (made, used, alone):
        assert (other.stdout, other.stderr, other.exit_code) == (plain.stdout, plain.stderr, plain.exit_code)
    assert index.read_bytes() == held
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []


def test_an_index_of_something_else_says_what_differs(similar: Similar, vectors: Path, tmp_path: Path) -> None:
    index, lines, other = tmp_path / "index.npz", tmp_path / "lines.txt", tmp_path / "other.txt"
    lines.write_text("江 山\n河\n", encoding="utf-8")
    other.write_text("江 山\n船\n", encoding="utf-8")
    moved, weights, more = tmp_path / "moved.vec", tmp_path / "weights.tsv", tmp_path / "more.tsv"
    moved.write_text(vectors.read_text(encoding="utf-8").replace("-4", "-5"), encoding="utf-8")
    weights.write_text("江\t3\n", encoding="utf-8")
    more.write_text("江\t4\n", encoding="utf-8")
    lexicon = tmp_path / "lexicon.txt"
    lexicon.write_text("江 5\n", encoding="utf-8")

    def search(*arguments: str | Path) -> Result:
        return similar("--search", "--index", index, *arguments, text="江\n")

    options = ("--vectors", vectors, "--tokenized", "--method", "wmd")
    assert len(rows(search(*options, "-", lines))) == 2
    assert len(rows(search("--vectors", vectors, "--tokenized", "--method", "rwmd", "-"))) == 2  # encoded alike
    cut = ("--vectors", vectors, "--method", "wmd", "--lexicon", lexicon)
    for arguments, what in (
        ((*options, "-", other), "collection"),
        ((*options, "--vectors", moved, "-"), "--vectors"),
        ((*options, *PURE, "-"), "--weights"),
        ((*options, "--weights", weights, "-"), "--weights"),
        ((*options, "--oov", "char", "-"), "--oov"),
        ((*cut, "-"), "--lexicon or --tokenized"),
        ((*options, "--oov", "char", "-", other), "collection, another --oov"),
    ):
        message = f"{index}: was made with another {what}; delete the file, and it is made again"
        found = search(*arguments)
        assert (found.exit_code, found.stderr) == (1, f"nlpzero: error: {message}\n")
    index.unlink()
    weighted = (*cut, "--weights", weights)
    assert len(rows(search(*weighted, "-", lines))) == 2
    assert len(rows(search(*weighted, "-"))) == 2
    assert "another --weights;" in search(*cut, "--weights", more, "-").stderr
    lexicon.write_text("江 6\n", encoding="utf-8")
    assert "another --lexicon or --tokenized;" in search(*weighted, "-").stderr


def test_a_damaged_index_is_one_clear_line(similar: Similar, vectors: Path, tmp_path: Path) -> None:
    index, lines = tmp_path / "index.npz", tmp_path / "lines.txt"
    lines.write_text("江 山\n河\n", encoding="utf-8")
    options = ("--vectors", vectors, "--tokenized", "--search", "--index", index, "-", lines)
    succeeded(similar(*options, text="江\n"))
    whole = index.read_bytes()
    line = whole.index("江 山".encode())
    Vectors.load(vectors).save(tmp_path / "vectors.npz")
    no_file = "holds no encoded texts of nlpzero, or is damaged"
    for content, what in (
        (whole[: len(whole) // 2], no_file),
        (b"", no_file),
        ("江 山\n".encode(), no_file),
        ((tmp_path / "vectors.npz").read_bytes(), "holds word vectors, not encoded texts"),
        (whole[:line] + "河".encode() + whole[line + 3 :], "is damaged: 'lines' does not hold what was written"),
    ):
        index.write_bytes(content)
        found = similar(*options, text="江\n")
        assert (found.exit_code, found.stdout.count("\n")) == (1, 1)  # the names of the columns
        assert found.stderr.startswith(f"nlpzero: error: {index}: {what}")
        assert found.stderr.count("\n") == 1
        assert index.read_bytes() == content


def test_the_alignment_shows_which_words_move_where(similar: Similar, vectors: Path) -> None:
    result = similar(
        "--vectors", vectors, "--tokenized", "--method", "wmd", "--text", "--align", "江 山", "河 山 山 船"
    )
    found = [tuple(row.values()) for row in rows(result)]
    # half a text of "river" goes to a quarter of "river", a quarter of "boat"; the mountain stays
    assert found == [
        ("江", "船", "0.2500", "6.7082", "", ""),
        ("江", "河", "0.2500", "1.4142", "", ""),
        ("山", "山", "0.5000", "0.0000", "", ""),
    ]


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_plan_can_be_drawn_with_chinese_labels(
    similar: Similar, vectors: Path, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--vectors", vectors, "--tokenized", "--text", "江 山", "河 山 山 船", "--plot")
    path = tmp_path / f"plan.{suffix}"
    result = similar(*options, path)  # a character without a glyph would warn, and warnings are errors
    if "no font with Chinese characters" in result.stderr:
        pytest.skip("no font with Chinese characters is installed")
    assert (result.exit_code, result.stdout) == (0, "")
    assert path.read_bytes()[:5] == (b"<?xml" if suffix == "svg" else b"\x89PNG\r")
    assert len(rows(similar(*options, path, "--align"))) == 4
    bad = similar(*options, tmp_path / "plan.pdf")
    assert (bad.exit_code, bad.stderr) == (1, f"nlpzero: error: {tmp_path / 'plan.pdf'}: a picture is .svg or .png\n")
    monkeypatch.setattr("nlpzero.similarity.plotting.FONTS", ())
    told = "nlpzero: error: no font with Chinese characters is installed; install one, such as Noto Sans CJK\n"
    assert similar(*options, path).stderr == told


def test_weights_ground_and_unknown_words_can_be_chosen(similar: Similar, vectors: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.tsv"
    weights.write_text("江\t3\n", encoding="utf-8")
    options = ("--tokenized", "--text", "--method", "emd")

    def distance(*more: str | Path) -> float:
        return float(rows(similar(*options, *more, "江 山", "江"))[0]["distance"])

    assert distance() == 0.5
    assert distance("--weights", weights) == 0.25
    assert distance("--ground", "words", "--vectors", vectors) == 0.5  # right angles
    [row] = rows(similar("--vectors", vectors, *PURE, "--tokenized", "--oov", "char", "--text", "江河", "江"))
    assert (row["words_a"], row["distance"]) == ("1", "0.0101")
    result = similar("--vectors", vectors, *PURE, "--tokenized", "--oov", "error", "--text", "江海", "江")
    assert (result.exit_code, result.stderr.count("江海: not among the words of")) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give two texts, A and B, not 0"),
        (("a", "b", "c"), "give two texts, A and B, not 3"),
        (("-", "-"), "standard input (-) can be only one of the texts"),
        (("--lines", "--search", "a", "b"), "--lines and --search exclude each other"),
        (("--pairs", "p", "a"), "--pairs takes no other texts"),
        (("--align", "--lines", "a", "b"), "--align and --plot are for two texts"),
        (("--plot", "p.svg", "--search", "a", "b"), "--align and --plot are for two texts"),
        (("--gold", "a", "b"), "--gold needs --pairs"),
        (("--top", "3", "a", "b"), "--top needs --search"),
        (("--index", "none.npz", "a", "b"), "--index needs --search"),
        (("--index", "none.npz", "--search", "a"), "give two texts, A and B: none.npz does not exist yet"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(similar: Similar, arguments: tuple[str, ...], message: str) -> None:
    result = similar(*arguments)
    assert (result.exit_code, result.stderr.count(message)) == (2, 1), result.stderr


def test_bad_input_is_one_line_with_its_place(similar: Similar, tmp_path: Path, vectors: Path) -> None:
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text("江\n河\n", encoding="utf-8")
    b.write_text("江\n", encoding="utf-8")
    for arguments, message in (
        (("--lines", a, b), f"{b}: ends before line 2, which {a} has"),
        (("--lines", b, a), f"{b}: ends before line 2, which {a} has"),
        (("--pairs", a), f"{a}: line 1: no tab; --pairs wants two columns"),
        (("--vectors", tmp_path / "none.vec", a, b), f"{tmp_path / 'none.vec'}: No such file or directory"),
        (("--align", "--method", "cosine", a, b), "cosine moves no words; use wrd, wmd, emd or combined"),
    ):
        result = similar("--vectors", vectors, *arguments)
        assert (result.exit_code, result.stderr) == (1, f"nlpzero: error: {message}\n")


@pytest.mark.parametrize("block", [1, 2, 4096])
def test_a_bad_row_is_told_by_its_line_in_any_block(
    similar: Similar, vectors: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    # rows of river, river and mountain
    good = "江\t河\t1\n山\t江\t0\n"
    options = ("--vectors", vectors, *PURE, "--gold", "--pairs", "-")
    assert len(rows(similar(*options, text=good + "\n \t\n\n"))) == 2
    for bad, message in (
        ("\n江\t河\t1\n", "line 3: no tab; --pairs wants two columns"),
        ("江\n", "line 3: no tab; --pairs wants two columns"),
        ("河\t江\tx\n", "line 3: no number in the third column, for --gold"),
        ("河\t江\n江\n", "line 3: no number in the third column, for --gold"),
    ):
        result = similar(*options, text=good + bad)
        assert (result.exit_code, result.stderr) == (1, f"nlpzero: error: <stdin>: {message}\n")


def test_a_long_text_of_many_words_is_compared(similar: Similar, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    words = [f"w{k}" for k in range(900)]
    path = tmp_path / "v.vec"
    Vectors(words, rng.normal(size=(900, 20)).astype(np.float32)).save(path)
    a, b = (" ".join(rng.choice(words, 5000)) for _ in range(2))
    [row] = rows(similar("--vectors", path, "--method", "wmd", "--tokenized", "--text", a, b))
    assert 0 < float(row["distance"]) < 3


def test_lines_that_say_the_same_are_listed_cluster_by_cluster(similar: Similar, tmp_path: Path) -> None:
    # the boat slowly drew up to the bank (two spellings); it is dark
    text = "船慢慢地靠了岸。\n天黑了。\n船慢慢的靠了岸。\n\n天黑了。\n"
    found = rows(similar("--dedup", "--kept", tmp_path / "kept.txt", text=text))
    assert [(row["cluster"], row["line"], row["kind"], row["like"], row["similarity"]) for row in found] == [
        ("1", "1", "kept", "", ""),
        ("1", "3", "near", "1", "0.7778"),
        ("2", "2", "kept", "", ""),
        ("2", "5", "exact", "2", "1.0000"),
    ]
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "船慢慢地靠了岸。\n天黑了。\n\n"
    assert len(rows(similar("--dedup", "--near", "0.9", text=text))) == 2


def test_lines_of_nearly_the_same_words_are_listed_where_asked(similar: Similar, vectors: Path) -> None:
    text = "江船\n山\n河船\n"  # river and boat, mountain, another river and boat
    options = "--vectors", vectors, "--ground", "words", "--method", "wrd"
    assert rows(similar("--dedup", *options, text=text)) == []
    found = rows(similar("--dedup", "--within", "0.1", *options, text=text))
    assert [(row["line"], row["kind"]) for row in found] == [("1", "kept"), ("3", "semantic")]


def test_vectors_of_lines_are_a_table_or_an_npz(similar: Similar, tmp_path: Path) -> None:
    text = "河上有船\n\n江上有船\n天黑了\n"  # a boat on a river, on another; it is dark
    result = similar("--embed", "--dim", "100", text=text)
    table = np.array([[float(row[f"d{i}"]) for i in range(1, 101)] for row in rows(result)])
    assert result.stderr == "nlpzero: lines without any known word, whose vectors are 0: 1; give larger --vectors\n"
    near, far = table[0] @ table[2], table[0] @ table[3]
    assert near > far + 0.2
    assert similar("-q", "--embed", "--dim", "100", "-o", tmp_path / "lines.npz", text=text).exit_code == 0
    assert np.load(tmp_path / "lines.npz")["matrix"] == pytest.approx(table, abs=1e-5)
    for name, form in (("lines", ()), ("lines.xyz", ("--format", "tsv"))):
        assert similar("-q", "--embed", "--dim", "100", *form, "-o", tmp_path / name, text=text).exit_code == 0
        assert (tmp_path / name).read_text("utf-8") == result.stdout


def test_pairs_may_be_fields_of_a_table(similar: Similar) -> None:
    text = "id,问,答,值\n7,河上有船,江上有船,1\n8,河上有船,天黑了,0\n"
    fields = "--field", "问", "--field", "答"
    found = rows(similar("--pairs", "-", *fields, text=text))
    assert [row["line"] for row in found] == ["1", "2"]
    assert found[0]["distance"] == rows(similar("--text", "河上有船", "江上有船"))[0]["distance"]
    result = similar("--pairs", "-", *fields, "--field", "值", "--gold", text=text)
    assert result.stderr == "nlpzero: spearman 1.0000, auc 1.0000 (2 pairs)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--embed", "a", "b"], "--embed takes one text, A, not 2"),
        (["--dedup", "--embed"], "--embed and --dedup exclude each other"),
        (["--kept", "k.txt", "--text", "a", "b"], "--kept needs --dedup"),
        (["--dim", "9", "--dedup"], "--dim needs --embed"),
        (["--embed", "-o", "e.npy"], "-o e.npy: its suffix is none of .npz (vectors), .tsv, .csv, .jsonl and .txt"),
        (["--pairs", "-", "--field", "q"], "with --pairs give --field twice"),
        (["--text", "--field", "q", "a", "b"], "--field and --join-lines are for files, not for --text"),
    ],
)
def test_ways_of_comparing_and_their_options_go_together(similar: Similar, arguments: list[str], message: str) -> None:
    result = similar(*arguments, text="")
    assert (result.exit_code, message in result.stderr) == (2, True)
