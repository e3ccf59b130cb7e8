"""Small BERT models of random or planted numbers, and the forward pass once more: loops over plain numbers."""

import json
from math import erf, exp, pi, sqrt, tanh
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

Arrays = dict[str, npt.NDArray[np.float32]]
Row = list[float]

CHARACTERS = "山水云雨风花鸟鱼虫草船靠了岸人在河上有"
TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS, "，", "。", "bo", "##at", "3"]


def config(layers: int = 2, act: str = "gelu", longest: int = 24, width: int = 8, inner: int = 12) -> dict[str, Any]:
    """Give what config.json says."""
    return {
        "model_type": "bert",
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "hidden_size": width,
        "intermediate_size": inner,
        "max_position_embeddings": longest,
        "hidden_act": act,
        "layer_norm_eps": 1e-12,
    }


def names_and_shapes(said: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Name all tensors of a model with a head."""
    width, inner = said["hidden_size"], said["intermediate_size"]
    embeddings = {"word": len(TOKENS), "position": said["max_position_embeddings"], "token_type": 2}
    shapes: dict[str, tuple[int, ...]] = {
        f"embeddings.{n}_embeddings.weight": (r, width) for n, r in embeddings.items()
    }
    norms, dense = ["embeddings.LayerNorm", "cls.predictions.transform.LayerNorm"], {}
    dense["cls.predictions.transform.dense"] = (width, width)
    for layer in range(said["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            dense[f"{name}.attention.{part}"] = (width, width)
        dense |= {f"{name}.intermediate.dense": (inner, width), f"{name}.output.dense": (width, inner)}
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    for name, (rows, columns) in dense.items():
        shapes |= {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}
    for name in norms:
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    return shapes | {"cls.predictions.bias": (len(TOKENS),)}


def random_arrays(said: dict[str, Any], seed: int) -> Arrays:
    """Draw all numbers of a model."""
    rng = np.random.default_rng(seed)
    found: Arrays = {}
    for name, shape in names_and_shapes(said).items():
        drawn = rng.normal(0, 0.6, shape)
        found[name] = (drawn + 1 if name.endswith("LayerNorm.weight") else drawn).astype(np.float32)
    return found


def write_model(folder: Path, said: dict[str, Any], arrays: Arrays) -> Path:
    """Write a model as the hubs give it."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(said))
    (folder / "vocab.txt").write_text("\n".join(TOKENS) + "\n", "utf-8")
    prefixed = {name if name.startswith("cls.") else f"bert.{name}": array for name, array in arrays.items()}
    save_file(prefixed, folder / "model.safetensors")
    return folder


# The formulas, in double precision


def activate(name: str, x: float) -> float:
    """Apply the function between the two halves of the end of a layer."""
    if name in ("gelu", "gelu_python"):
        return x * (1 + erf(x / sqrt(2))) / 2
    if name in ("gelu_new", "gelu_fast", "gelu_pytorch_tanh"):
        return x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2
    if name in ("silu", "swish"):
        return x / (1 + exp(-x))
    if name == "quick_gelu":
        return x / (1 + exp(-1.702 * x))
    return tanh(x) if name == "tanh" else max(x, 0.0)


def mapped(x: Row, arrays: Arrays, name: str) -> Row:
    """Map a row linearly."""
    weight, bias = arrays[f"{name}.weight"].tolist(), arrays[f"{name}.bias"].tolist()
    return [sum(a * b for a, b in zip(row, x, strict=True)) + c for row, c in zip(weight, bias, strict=True)]


def normed(x: Row, arrays: Arrays, name: str) -> Row:
    """Give a row mean 0 and variance 1, scale and shift it."""
    mean = sum(x) / len(x)
    deviation = sqrt(sum((one - mean) ** 2 for one in x) / len(x) + 1e-12)
    scale, shift = arrays[f"{name}.weight"].tolist(), arrays[f"{name}.bias"].tolist()
    return [(one - mean) / deviation * a + b for one, a, b in zip(x, scale, shift, strict=True)]


def softmax(x: Row) -> Row:
    """Turn scores into shares."""
    powers = [exp(one - max(x)) for one in x]
    return [one / sum(powers) for one in powers]


def slow_encode(said: dict[str, Any], arrays: Arrays, tokens: list[int], layers: int | None = None) -> list[Row]:
    """Give the vectors of the tokens of one text, number by number."""
    heads, size = said["num_attention_heads"], said["hidden_size"] // said["num_attention_heads"]
    words, places, kinds = (
        arrays[f"embeddings.{n}_embeddings.weight"].tolist() for n in ("word", "position", "token_type")
    )
    rows = [[a + b + c for a, b, c in zip(words[t], places[i], kinds[0], strict=True)] for i, t in enumerate(tokens)]
    rows = [normed(row, arrays, "embeddings.LayerNorm") for row in rows]
    for layer in range(said["num_hidden_layers"] if layers is None else layers):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            [mapped(row, arrays, f"{name}.attention.self.{side}") for row in rows] for side in ("query", "key", "value")
        )
        taken: list[Row] = [[] for _ in rows]
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            for i, asked in enumerate(query):
                scores = [sum(a * b for a, b in zip(asked[part], one[part], strict=True)) / sqrt(size) for one in key]
                shares = softmax(scores)
                columns = zip(*(one[part] for one in value), strict=True)
                taken[i] += [sum(a * b for a, b in zip(shares, column, strict=True)) for column in columns]
        done = []
        for row, given in zip(rows, taken, strict=True):
            added = [a + b for a, b in zip(mapped(given, arrays, f"{name}.attention.output.dense"), row, strict=True)]
            row = normed(added, arrays, f"{name}.attention.output.LayerNorm")
            wide = [activate(said["hidden_act"], x) for x in mapped(row, arrays, f"{name}.intermediate.dense")]
            added = [a + b for a, b in zip(mapped(wide, arrays, f"{name}.output.dense"), row, strict=True)]
            done.append(normed(added, arrays, f"{name}.output.LayerNorm"))
        rows = done
    return rows


def slow_probability(said: dict[str, Any], arrays: Arrays, vector: Row, token: int) -> float:
    """Give the probability of a token, number by number."""
    row = [activate(said["hidden_act"], x) for x in mapped(vector, arrays, "cls.predictions.transform.dense")]
    row = normed(row, arrays, "cls.predictions.transform.LayerNorm")
    words, bias = arrays["embeddings.word_embeddings.weight"].tolist(), arrays["cls.predictions.bias"].tolist()
    return softmax(
        [sum(a * b for a, b in zip(word, row, strict=True)) + c for word, c in zip(words, bias, strict=True)]
    )[token]


# A model whose right cut and tree are known


def planted_arrays(said: dict[str, Any], takes: dict[int, int]) -> Arrays:
    """Make a model of one layer in which the token at each place takes from that at another, `takes`, alone.

    Places have vectors of their own in one half of the numbers, words in the other. What is asked for and what is
    offered are places; what is given are words.
    """
    width = said["hidden_size"]
    half = width // 2
    arrays = {name: np.zeros(shape, np.float32) for name, shape in names_and_shapes(said).items()}
    for name in arrays:
        if name.endswith("LayerNorm.weight"):
            arrays[name][:] = 1
    rng = np.random.default_rng(0)
    longest = said["max_position_embeddings"]
    arrays["embeddings.position_embeddings.weight"][:, :half] = np.eye(longest, half)
    arrays["embeddings.word_embeddings.weight"][:, half:] = rng.choice([-0.4, 0.4], (len(TOKENS), half))
    name = "encoder.layer.0.attention"
    sharp = np.eye(half, dtype=np.float32) * 40
    for part in range(2):  # in both heads: a head has half of the numbers, so both read places from the first half
        rows = slice(part * half, (part + 1) * half)
        moved = np.zeros((half, half), np.float32)
        for place in range(half):
            moved[takes.get(place, place), place] = 40
        arrays[f"{name}.self.query.weight"][rows, :half] = moved
        arrays[f"{name}.self.key.weight"][rows, :half] = sharp
    arrays[f"{name}.self.value.weight"][half:, half:] = np.eye(half)
    arrays[f"{name}.output.dense.weight"][half:, half:] = np.eye(half) * 0.5
    return arrays
