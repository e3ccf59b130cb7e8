"""The front of the library: what `import nlpzero` gives, its records, and cutters that are saved and loaded."""

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nlpzero as nz
from nlpzero.errors import ModelError, NlpZeroError
from nlpzero.segment.cutter import BLANKS, Cutter
from nlpzero.segment.forced import ForcedCutter
from nlpzero.segment.lexical import HmmCutter, LexiconCutter

ROOT = Path(__file__).parent.parent
STORIES = ROOT / "data" / "stories.txt"
TEXT = "罗砚舟在青桅坊修好了橹簧。\n"  # Luo Yanzhou mended the oar spring in Qingwei Lane


def test_every_public_name_is_there_and_listed_in_the_manual() -> None:
    manual = (ROOT / "nlpzero" / "README.md").read_text(encoding="utf-8")
    for name in nz.__all__:
        value = getattr(nz, name)
        if name != "__version__":
            assert value.__doc__, name
            assert re.search(rf"`{name}\b", manual), name
    with pytest.raises(AttributeError, match=r"^module 'nlpzero' has no attribute 'nothing'$"):
        getattr(nz, "nothing")  # noqa: B009


def test_every_public_name_has_its_chinese_term_and_every_function_parameters_and_an_example() -> None:
    for name in sorted({*nz.__all__} - {"__version__", "similarity"}):
        value = getattr(nz, name)
        text = inspect.getdoc(value) or ""
        if not (isinstance(value, type) and issubclass(value, Exception)):
            assert re.search(r"[\u4e00-\u9fff]", text.split("\n\n")[0]), name
        if inspect.isfunction(value):
            assert "\nParameters\n---" in text or not inspect.signature(value).parameters, name
            assert ">>>" in text or name in WITHOUT_EXAMPLE, name


WITHOUT_EXAMPLE = {"additions", "explain", "reasons_of", "words_for_tokenizer"}
"""Functions that need a corpus: the manual has lines for them, which run."""


def test_type_checkers_see_the_same_names() -> None:
    source = (ROOT / "nlpzero" / "__init__.py").read_text(encoding="utf-8")
    checked = source[source.index("if TYPE_CHECKING:") : source.index("_MODULES")]
    for name in nz.__all__:
        assert name == "__version__" or re.search(rf"\b{name}\b", checked), name


def test_importing_loads_neither_numpy_nor_click() -> None:
    code = "import sys, nlpzero; print(sorted({'numpy', 'click', 'scipy', 'jieba', 'ot'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_words_found_cut_text_and_travel_as_a_file(tmp_path: Path) -> None:
    found = nz.discover(STORIES, method="entropy")
    assert found["沈渡棠"].count == 72
    cut = found.cutter
    assert "沈渡棠" in cut("沈渡棠来了。")
    cut.save(tmp_path / "cutter.npz")
    assert nz.load_cutter(tmp_path / "cutter.npz")(TEXT) == cut(TEXT)


def test_templates_rules_vectors_and_similarities_come_as_records() -> None:
    cut = nz.discover(STORIES).cutter
    templates = nz.find_templates(STORIES, cut=cut)
    assert "在 [X] 上" in [str(record) for record in templates[:5]]
    assert all(len(gap) <= 3 for record in templates for gap in record.fillers)
    assert templates[0].gain == templates[0].count * templates[0].score
    [tree] = templates.parse("罗砚舟修好了橹簧。")
    assert tree.nodes[0].start == 0
    baskets = [["茶", "酒"], ["茶"], ["茶", "酒", "米"]]  # tea, wine, rice
    rules = nz.find_rules(baskets, min_support=2)
    found = [(rule.antecedent, rule.consequent, rule.count) for rule in rules]
    assert found == [(("酒",), ("茶",), 2), (("茶",), ("酒",), 2)]
    vectors = nz.train_vectors(STORIES, cut=cut, dim=20)
    assert len(vectors.nearest("河", top=3)) == 3
    # boats and rivers are nearer to each other than to the stock market
    assert nz.similarity("渔夫把小船停在河边", "河上有一条船") > nz.similarity("渔夫把小船停在河边", "股市今天下跌")
    assert nz.similarity("江上有船\n天黑了", "江上有船\n天黑了\n") == pytest.approx(1)
    both = nz.similarities([("江上有船", "河里有船"), ("天黑了", "天亮了")])
    assert both.tolist() == [nz.similarity("江上有船", "河里有船"), nz.similarity("天黑了", "天亮了")]
    assert nz.most_similar("船靠了码头", ["天黑了", "小船停在岸边"], top=1)[0].number == 1


def test_a_job_reaches_the_functions_inside_it() -> None:
    lines = STORIES.read_text(encoding="utf-8")
    with nz.Job(workers=2, memory="256M"):
        found = nz.discover([lines])
    assert found.words == nz.discover(STORIES).words


def test_errors_name_parameters() -> None:
    with pytest.raises(NlpZeroError, match=r"^`texts` is '没有这个文件'"):  # there is no such file
        nz.discover("没有这个文件")
    with pytest.raises(ModelError, match=r"^`method` is 'wdm'; use one of combined"):
        nz.similarity("江", "河", method="wdm")  # type: ignore[arg-type]


# Cutters in files


def cutters() -> list[Cutter]:
    own = LexiconCutter(nz.Lexicon(["橹簧", "青桅坊"], [3, 2]))
    words, more = nz.Lexicon(["青桅"], [1]), nz.Lexicon(["的是"], [1])
    dictionary = nz.dictionary()
    assert isinstance(dictionary, LexiconCutter)
    return [
        BLANKS,
        HmmCutter(),
        own,
        own.with_words(words),
        nz.jieba(),
        dictionary,
        dictionary.with_words(words).with_words(more),
        ForcedCutter(dictionary.with_words(words), more),
        ForcedCutter(ForcedCutter(BLANKS, words), more),
    ]


@pytest.mark.parametrize("number", range(9))
def test_a_saved_cutter_cuts_as_before(number: int, tmp_path: Path) -> None:
    cutter = cutters()[number]
    cutter.save(tmp_path / "a.npz")
    loaded = nz.load_cutter(tmp_path / "a.npz")
    assert (loaded.digest, type(loaded)) == (cutter.digest, type(cutter))
    text = TEXT + "他说的是AI，不是AIDS。\n"  # he spoke of AI, not of AIDS
    assert loaded(text) == cutter(text)
    loaded.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_any_damage_to_a_saved_cutter_is_told(tmp_path: Path) -> None:
    cutters()[3].save(tmp_path / "whole.npz")
    whole = (tmp_path / "whole.npz").read_bytes()
    rng = np.random.default_rng(1)
    digest = cutters()[3].digest
    for _ in range(150):
        data = bytearray(whole)
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
        path = tmp_path / "damaged.npz"
        path.write_bytes(data[: rng.integers(1, len(data) + 1)] if rng.random() < 0.3 else data)
        try:
            assert nz.load_cutter(path).digest == digest
        except NlpZeroError as error:
            assert "\n" not in str(error)


def test_the_modules_of_public_names_exist() -> None:
    for module in nz._MODULES:
        importlib.import_module(f"nlpzero.{module}")
