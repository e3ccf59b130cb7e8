"""Perturbed masking: the forward pass, impacts, and the words and trees that are read off them."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cases import succeeded
from click.testing import CliRunner, Result
from models import (
    TOKENS,
    config,
    planted_arrays,
    random_arrays,
    slow_encode,
    slow_probability,
    write_model,
)
from nlpzero_cli.main import main
from safetensors.numpy import load_file, save_file

from nlpzero.core.engine import Engine
from nlpzero.errors import ModelError
from nlpzero.probe import masking
from nlpzero.probe.cutter import ProbeCutter
from nlpzero.probe.encoder import encode_tokens, token_probabilities
from nlpzero.probe.masking import Impacts, Prober, WantedPairs, plan_of
from nlpzero.probe.model import ACTIVATIONS, Bert
from nlpzero.probe.trees import constituent_tree, dependency_heads
from nlpzero.probe.vocabulary import TokenTable
from nlpzero.syntax.conllu import read_conllu
from nlpzero.syntax.drawing import write_brackets

MASK = TOKENS.index("[MASK]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of a small random model."""
    return write_model(tmp_path / "model", config(), random_arrays(config(), 1))


# The forward pass


@pytest.mark.parametrize("act", ACTIVATIONS)
def test_vectors_are_those_of_the_formulas_for_each_activation_and_mask(act: str, tmp_path: Path) -> None:
    said = config(act=act)
    arrays = random_arrays(said, 2)
    model = Bert.load(write_model(tmp_path / "model", said, arrays))
    plain = [2, 7, 8, 9, 3]
    masked = [plain, [2, MASK, 8, 9, 3], [2, 7, MASK, MASK, 3]]
    found = encode_tokens(model, np.array(masked))
    for row, tokens in zip(found, masked, strict=True):
        assert np.abs(row - np.array(slow_encode(said, arrays, tokens))).max() <= 1e-5


def test_vectors_of_every_layer_can_be_asked_for(folder: Path) -> None:
    said, arrays, model = config(), random_arrays(config(), 1), Bert.load(folder)
    for layer in range(3):
        found = encode_tokens(model, np.array([[2, 7, 8, 3]]), layer)[0]
        assert np.abs(found - np.array(slow_encode(said, arrays, [2, 7, 8, 3], layer))).max() <= 1e-5


def test_probabilities_are_those_of_the_formulas(folder: Path) -> None:
    said, arrays, model = config(), random_arrays(config(), 1), Bert.load(folder)
    vectors = encode_tokens(model, np.array([[2, MASK, 8, 3]]))[0]
    found = token_probabilities(model, vectors, np.array([7, 8, 9, 10]))
    slow = slow_encode(said, arrays, [2, MASK, 8, 3])
    right = [slow_probability(said, arrays, row, token) for row, token in zip(slow, (7, 8, 9, 10), strict=True)]
    assert np.abs(found - np.array(right)).max() <= 1e-5


def test_old_names_half_precision_and_models_without_prefix_are_read(folder: Path) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    want = encode_tokens(Bert.load(folder), np.array([[2, 7, 3]]))
    old = {
        name.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta"): t for name, t in tensors.items()
    }
    save_file(old, path)
    assert np.array_equal(encode_tokens(Bert.load(folder), np.array([[2, 7, 3]])), want)
    bare = {name.removeprefix("bert."): tensor for name, tensor in tensors.items() if not name.startswith("cls.")}
    save_file(bare, path)
    model = Bert.load(folder)
    assert np.array_equal(encode_tokens(model, np.array([[2, 7, 3]])), want)
    assert not model.has_head
    save_file({name: tensor.astype(np.float16) for name, tensor in tensors.items()}, path)
    assert np.allclose(encode_tokens(Bert.load(folder), np.array([[2, 7, 3]])), want, atol=0.05)
    path.write_bytes(in_brain_floats(tensors))
    assert np.allclose(encode_tokens(Bert.load(folder), np.array([[2, 7, 3]])), want, atol=0.3)


def in_brain_floats(tensors: dict[str, np.ndarray]) -> bytes:
    """Write a file of tensors in bfloat16 by hand: length of the header, header, numbers."""
    header, data = {}, b""
    for name, tensor in tensors.items():
        halves = (np.ascontiguousarray(tensor).view(np.uint32) >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": "BF16", "shape": tensor.shape, "data_offsets": [len(data), len(data) + len(halves)]}
        data += halves
    written = json.dumps(header).encode()
    return len(written).to_bytes(8, "little") + written + data


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: (f / "model.safetensors").unlink(), "model.safetensors: not there; take a folder with"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 99), "model.safetensors: cannot be read: "),
        (lambda f: (f / "config.json").unlink(), "config.json: No such file or directory; give the folder of a model"),
        (lambda f: (f / "config.json").write_text("{"), "config.json: no JSON"),
        (lambda f: change(f, model_type="gpt2"), "a model of the type 'gpt2'; give a BERT"),
        (lambda f: change(f, hidden_act="sine"), "the activation 'sine' is none of gelu, "),
        (lambda f: change(f, hidden_size="8"), "are not all numbers above 0"),
        (lambda f: change(f, num_attention_heads=3), "8 numbers cannot be shared by 3 heads"),
        (lambda f: change(f, num_hidden_layers=3), "encoder.layer.2.attention.self.query.weight is missing"),
        (
            lambda f: change(f, intermediate_size=9),
            "intermediate.dense.weight has the shape (12, 8), which config.json",
        ),
        (lambda f: (f / "vocab.txt").write_text("水\n", "utf-8"), "vocab.txt: [CLS], [SEP], [MASK], [UNK] not in it"),
        (
            lambda f: (f / "vocab.txt").write_text("\n".join([*TOKENS, "新"])),
            "vocab.txt has more tokens than the model",
        ),
    ],
)
def test_what_is_wrong_with_a_model_is_told(folder: Path, harm: Callable[[Path], object], said: str) -> None:
    harm(folder)
    with pytest.raises(ModelError) as caught:
        Prober.load(folder)
    assert said in str(caught.value) and str(folder) in str(caught.value) and "\n" not in str(caught.value)


def change(folder: Path, **said: object) -> None:
    """Change what config.json says."""
    (folder / "config.json").write_text(json.dumps(config() | said))


def test_words_are_cut_into_the_longest_pieces_that_are_known() -> None:
    table = TokenTable(TOKENS)
    spelled = [
        [TOKENS[number] for number in table.numbers(word)] for word in ("船靠", "Boat", "bö3", "3岸", "zzz", " ")
    ]
    assert spelled == [["船", "靠"], ["bo", "##at"], ["[UNK]"], ["3", "岸"], ["[UNK]"], ["[UNK]"]]
    assert TokenTable(TOKENS, lower=False).numbers("Boat") == [TOKENS.index("[UNK]")]


# Impacts


def slow_impacts(arrays: dict[str, np.ndarray], units: list[str], pairs: WantedPairs, measure: str) -> Impacts:
    """Mask units of a sentence, one pair after the other, and compare."""
    said, table = config(), TokenTable(TOKENS)
    numbers = [table.numbers(unit) for unit in units]

    def read(unit: int, masked: set[int]) -> list[list[float]]:
        tokens, places = [table.first], []
        for number, some in enumerate(numbers):
            places += [len(tokens) + at for at in range(len(some))] if number == unit else []
            tokens += [table.mask] * len(some) if number in masked else some
        rows = slow_encode(said, arrays, [*tokens, table.last])
        if measure == "distance":
            return [[sum(column) / len(places) for column in zip(*(rows[at] for at in places), strict=True)]]
        shares = [slow_probability(said, arrays, rows[at], t) for at, t in zip(places, numbers[unit], strict=True)]
        return [[sum(shares) / len(shares)]]

    found = np.zeros((len(units), len(units)))
    for i, j in itertools.permutations(range(len(units)), 2):
        if pairs == "all" or abs(i - j) == 1:
            own = set() if pairs == "one" else {i}
            gap = np.array(read(i, own)[0]) - np.array(read(i, own | {j})[0])
            found[i, j] = gap[0] if measure == "probability" else np.sqrt((gap**2).sum())
    return found


@pytest.mark.parametrize("measure", ["distance", "probability"])
@pytest.mark.parametrize("pairs", ["all", "neighbours", "one"])
def test_impacts_are_what_masks_change(folder: Path, pairs: WantedPairs, measure: str) -> None:
    prober = Prober(Bert.load(folder), TokenTable.load(folder), measure)  # type: ignore[arg-type]
    sentences = [["船", "靠了", "boat", "岸"], ["山"], ["云", "雨"]]
    for units, found in zip(sentences, prober.impacts(sentences, pairs), strict=True):
        assert np.abs(found - slow_impacts(random_arrays(config(), 1), units, pairs, measure)).max() <= 2e-5


def test_there_are_as_many_copies_as_is_said() -> None:
    assert [len(plan_of(7, pairs).masked) for pairs in ("all", "neighbours", "one")] == [28, 13, 8]


def test_neither_workers_nor_portions_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prober = Prober.load(folder)
    sentences = [[*"船靠了岸人在河上"], [*"山水"], [*"云雨风花鸟鱼虫草"]] * 3
    alone = [*prober.impacts(sentences)]
    with Engine(2) as engine:
        shared = [*prober.impacts(sentences, engine=engine)]
    assert all(np.array_equal(a, b) for a, b in zip(alone, shared, strict=True))
    monkeypatch.setattr(masking, "ROWS", 30)
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(alone, prober.impacts(sentences), strict=True))


def test_sentences_that_are_too_long_are_cut_into_pieces(folder: Path) -> None:
    prober = Prober.load(folder)  # takes 22 tokens
    assert [len(piece) for piece in prober.pieces(["山"] * 50)] == [22, 22, 6]
    assert [len(piece) for piece in prober.pieces(["boat"] * 12)] == [11, 1]
    assert [len(piece) for piece in prober.pieces(["山"] * 5, most=2)] == [2, 2, 1]
    assert prober.pieces(["山" * 30, "水"]) == [["山", "水"]]
    with pytest.raises(ModelError, match="a sentence has 23 tokens, but the model takes 22; cut it"):
        next(prober.impacts([["山"] * 23]))


def test_what_a_model_has_not_is_told(folder: Path) -> None:
    with pytest.raises(ModelError, match="`layer` is 3, but the model has layers 0 to 2"):
        Prober.load(folder, layer=3)
    with pytest.raises(ModelError, match="probabilities are of the last layer"):
        Prober.load(folder, "probability", layer=1)


# Trees


def slow_heads(impacts: Impacts) -> float:
    """Find the greatest sum of a projective tree, by trying all."""
    n, best = len(impacts), -np.inf
    for heads in itertools.product(range(n + 1), repeat=n):
        if heads.count(0) != 1:
            continue
        arcs = [(word, head) for word, head in enumerate(heads, 1) if head]
        if any(not leads_up(heads, word) for word in range(1, n + 1)):
            continue
        spans = [(min(arc), max(arc)) for arc in arcs]
        if any(a < c < b < d for a, b in spans for c, d in spans):
            continue
        if any(a < heads.index(0) + 1 < b for a, b in spans):
            continue
        best = max(best, sum(impacts[word - 1, head - 1] for word, head in arcs))
    return float(best)


def leads_up(heads: tuple[int, ...], word: int) -> bool:
    """Tell whether the way up from a word ends."""
    for _ in heads:
        word = heads[word - 1] if word else 0
    return word == 0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_dependency_trees_agree_with_all_trees_tried(n: int) -> None:
    for seed in range(4):
        impacts = np.random.default_rng(seed).normal(0, 1, (n, n))
        heads = dependency_heads(impacts)
        total = sum(impacts[word, head - 1] for word, head in enumerate(heads) if head)
        assert heads.count(0) == 1 and all(leads_up(tuple(heads), word) for word in range(1, n + 1))
        assert total == pytest.approx(slow_heads(impacts))


def slow_brackets(words: list[str], impacts: Impacts) -> str:
    """Split in two, again and again, with means over pairs."""
    if len(words) < 2:
        return "".join(words)

    def mean(rows: range, columns: range) -> float:
        found = [float(impacts[i, j]) for i in rows for j in columns if i != j]
        return sum(found) / len(found) if found else 0.0

    def worth(k: int) -> float:
        left, right = range(k), range(k, len(words))
        return mean(left, left) + mean(right, right) - mean(left, right) - mean(right, left)

    split = max(range(1, len(words)), key=worth)
    halves = [(words[:split], impacts[:split, :split]), (words[split:], impacts[split:, split:])]
    return "".join(f"({slow_brackets(*half)})" if len(half[0]) > 1 else half[0][0] for half in halves)


def test_constituents_are_split_as_the_formula_says() -> None:
    for seed in range(6):
        words = [*"山水云雨风花鸟"][: seed + 2]
        impacts = np.random.default_rng(seed).random((len(words), len(words)))
        assert write_brackets(constituent_tree(words, impacts)) == slow_brackets(words, impacts)


# A model whose right cut and tree are known: 船靠了 | 河上, each place taking from one other


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Give a model in which 1 and 3 take from 2, 2 from 1, 4 from 5 and 5 from 4; 6 from 2; places count from 1."""
    said = config(layers=1, width=32, inner=4, longest=16)
    takes = {1: 2, 2: 1, 3: 2, 4: 5, 5: 4, 6: 2}
    return write_model(tmp_path / "planted", said, planted_arrays(said, takes))


def test_planted_words_and_heads_are_found(planted: Path) -> None:
    prober = Prober.load(planted)
    [impacts] = prober.impacts([[*"船靠了河上"]])
    assert {(i + 1, j + 1) for i, j in zip(*np.nonzero(impacts > 0.3), strict=True)} == {
        (1, 2),
        (2, 1),
        (3, 2),
        (4, 5),
        (5, 4),
    }
    assert ProbeCutter(prober, threshold=0.7)("船靠了河上") == ["船靠了", "河上"]
    assert write_brackets(constituent_tree([*"船靠了河上"], impacts)) in ("((船靠)了)(河上)", "(船(靠了))(河上)")
    [impacts] = prober.impacts([[*"船靠了"]])
    heads = dependency_heads(impacts)
    assert heads in ([2, 0, 2], [0, 1, 2])
    assert ProbeCutter(prober, 0.7, "one")("船靠了河上") == ["船靠了", "河上"]


def test_punctuation_blanks_and_lines_part_words(planted: Path) -> None:
    cutter = ProbeCutter(Prober.load(planted), threshold=0.0)
    assert cutter("船靠，了 河上。\n\n船 靠") == ["船靠", "，", "了", "河上", "。", "船", "靠"]
    assert (
        cutter.segment("船靠 了\n\n", "/") == "船靠/ 了\n\n".replace("/ ", " ")
        or cutter.segment("船靠了\n", "/") == "船靠了\n"
    )
    assert ProbeCutter(cutter.prober, threshold=9.0)("船靠了河上boat 3.5") == [*"船靠了河上", "boat", "3.5"]
    assert cutter.digest == ProbeCutter(Prober.load(planted), threshold=0.0).digest != ProbeCutter(cutter.prober).digest


# Commands


def run(*arguments: object, text: str | None = None) -> Result:
    """Run `nlpzero probe`."""
    return CliRunner().invoke(main, ["probe", *map(str, arguments)], input=text)


def test_the_commands_write_words_and_trees(planted: Path) -> None:
    cut = run("segment", "--model", planted, "--threshold", 0.7, "--delimiter", "/", text="船靠了河上\n")
    assert succeeded(cut).stdout == "船靠了/河上\n"
    fast = run(
        "segment", "--model", planted, "--threshold", 0.7, "--neighbour-only", "--delimiter", "/", text="船靠了河上\n"
    )
    assert succeeded(fast).stdout == "船靠了/河上\n"
    words = ("--model", planted, "--tokenized")
    made = run("parse", *words, "--format", "conllu", text="船 靠 了\n山 水\n")
    assert [tree.words for tree in read_conllu(succeeded(made).stdout.splitlines())] == [[*"船靠了"], [*"山水"]]
    parts = run("parse", *words, "--kind", "constituents", "--format", "brackets", text="船 靠 了 河 上\n")
    assert succeeded(parts).stdout.endswith("(河上)\n")
    again = run("parse", "--model", planted, "--conllu", "--format", "conllu", text=made.stdout)
    assert succeeded(again).stdout == made.stdout
    assert run("parse", *words, "--kind", "constituents", "--format", "conllu").exit_code == 2


def test_what_is_cut_is_told(planted: Path) -> None:
    long = run("segment", "--model", planted, text="船" * 20 + "\n")
    assert long.stderr == "nlpzero: cut into pieces: 1 lines of more than 14 tokens\n"
    made = run("parse", "--model", planted, "--tokenized", "--longest", 2, "--format", "brackets", text="船 靠 了\n")
    assert made.stderr == "nlpzero: cut into pieces: 1 sentences of more than 2 words (--longest)\n"
    assert succeeded(made).stdout.count("\n") == 2
    assert "config.json: No such file" in run("segment", "--model", planted / "no", text="").stderr
