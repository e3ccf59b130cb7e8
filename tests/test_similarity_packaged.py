"""The packaged vectors: whole, small, and good."""

import hashlib
import os
import re
from pathlib import Path

import numpy as np
import pytest

from nlpzero.errors import ModelError
from nlpzero.similarity import packaged
from nlpzero.similarity.distances import word_rotators_distance
from nlpzero.similarity.packaged import load_packed, load_vectors, packaged_vectors, save_packed
from nlpzero.vectors.store import Vectors

FOLDER = Path(packaged.__file__).parent

# Our own triples: the first word is nearer in meaning to the second than to the third.
TRIPLES = """
医生 护士 石头 · 老师 学生 轮船 · 苹果 水果 法律 · 火车 铁路 厨房 · 银行 贷款 森林 · 比赛 冠军 地震 · 河流 湖泊 会计
小说 作家 钢铁 · 音乐 歌曲 税收 · 母亲 父亲 汽油 · 北京 上海 蝴蝶 · 电脑 软件 皇帝 · 飞机 航班 豆腐 · 战争 军队 牙齿
春天 秋天 股票 · 法院 法官 西瓜 · 足球 球队 语法 · 大米 小麦 卫星 · 眼睛 耳朵 铁路 · 高兴 快乐 水泥 · 购买 出售 月亮
""".replace("·", "\n")


def test_the_file_is_the_one_that_its_readme_describes() -> None:
    data = (FOLDER / packaged.NAME).read_bytes()
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(data).hexdigest() in readme
    assert len(data) <= 1_500_000
    found = re.search(r"([\d,]+) words, (\d+) dimensions", readme)
    vectors = packaged_vectors()
    assert found and (f"{len(vectors):,}", str(vectors.dim)) == found.groups()
    assert 20_000 <= len(vectors) <= 50_000
    assert vectors.characters is not None
    assert vectors.counts is not None and (np.diff(vectors.counts) <= 0).all()


def test_words_of_like_meaning_are_nearer_than_others() -> None:
    vectors = packaged_vectors()
    triples = [line.split() for line in TRIPLES.strip().splitlines()]
    assert len(triples) == 21
    rows = np.array([[vectors.unit[vectors.id(word)] for word in triple] for triple in triples])
    margins = ((rows[:, 1] - rows[:, 2]) * rows[:, 0]).sum(1)
    assert margins.min() > 0
    assert margins.mean() > 0.4


def test_texts_of_like_meaning_are_nearer_than_others() -> None:
    # the doctor saw the patient in the hospital; the nurse cared for a sick child; the stock market fell
    a, b, c = ["医生", "在", "医院", "看", "病人"], ["护士", "照顾", "生病", "孩子"], ["股市", "今天", "下跌"]
    vectors = packaged_vectors()
    assert word_rotators_distance(a, b, vectors) < word_rotators_distance(a, c, vectors) - 0.1


def test_packing_keeps_numbers_to_half_a_level(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    matrix = (rng.normal(size=(5, 9)) * [[1], [1e-3], [50], [0], [1]]).astype(np.float32)
    vectors = Vectors(["江", "，", "3", "河", "Q1"], matrix, np.array([9, 8, 7, 6, 5]))
    save_packed(vectors, tmp_path / "v.npz", words=3)
    packed = load_packed((tmp_path / "v.npz").read_bytes(), "v.npz")
    assert packed.words == ["江", "3", "河"]  # no punctuation
    assert packed.counts is not None and packed.counts.tolist() == [9, 7, 6]
    kept = matrix[[0, 2, 3]]
    lengths = np.sqrt((kept**2).sum(1))
    products = packed.matrix @ packed.matrix.T - kept @ kept.T  # the axes are others
    assert (np.abs(products) <= 3 / 127 * np.outer(lengths, lengths)).all()
    save_packed(vectors, tmp_path / "again.npz", words=3)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "v.npz").read_bytes()
    with pytest.raises(ModelError, match=r"holds no word counts"):
        save_packed(Vectors(["江"], matrix[:1]), tmp_path / "w.npz")


def test_damaged_and_missing_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (FOLDER / packaged.NAME).read_bytes()
    for data in (b"", b"PK", whole[:1000], whole[:-100]):
        with pytest.raises(
            ModelError, match=r"^v: holds no packed word vectors of nlpzero, or is damaged; install nlpzero again$"
        ):
            load_packed(data, "v")
    monkeypatch.setattr(packaged, "NAME", "absent.npz")
    with pytest.raises(ModelError, match=r"name some with `vectors` or NLPZERO_VECTORS$"):
        packaged_vectors.__wrapped__()


def test_a_name_an_environment_variable_or_the_package_says_which_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        Vectors([name], np.ones((1, 2), np.float32)).save(tmp_path / f"{name}.txt")
    monkeypatch.delenv("NLPZERO_VECTORS", raising=False)
    assert load_vectors() is packaged_vectors()
    monkeypatch.setenv("NLPZERO_VECTORS", os.fspath(tmp_path / "a.txt"))
    assert load_vectors().words == ["a"]
    assert load_vectors(os.fspath(tmp_path / "b.txt")).words == ["b"]
