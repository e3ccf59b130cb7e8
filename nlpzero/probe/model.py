"""A BERT model (BERT 模型) as the hubs give it: a folder with config.json, vocab.txt and model.safetensors."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelError

Tensor = npt.NDArray[np.float32]

_OLD_NAMES = {".LayerNorm.gamma": ".LayerNorm.weight", ".LayerNorm.beta": ".LayerNorm.bias"}
_HALF = np.float32(0.5)


@dataclass(frozen=True)
class Shapes:
    """What config.json says of a model.

    Attributes
    ----------
    layers, heads, width, inner : int
        Layers; heads of attention in each; numbers in a vector; numbers between the two halves of a layer's end.
    longest : int
        Tokens that a text may have, the two at its ends included.
    activation : str
    epsilon : float
        What layer norms add to the variance.
    """

    layers: int
    heads: int
    width: int
    inner: int
    longest: int
    activation: str
    epsilon: float


@dataclass(frozen=True)
class Bert:
    """A model that is loaded.

    Attributes
    ----------
    shapes : Shapes
    tensors : dict of str to float32 array
        By the names of the published implementation without the first word: ``embeddings.word_embeddings.weight``.
    folder : str
    """

    shapes: Shapes
    tensors: dict[str, Tensor]
    folder: str = ""

    @property
    def has_head(self) -> bool:
        """Whether the part is there that gives probabilities of words."""
        return "cls.predictions.transform.dense.weight" in self.tensors

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Bert":
        """Read a model (读入模型): BERT, RoBERTa-wwm, MacBERT and others of the type `bert`.

        Raises
        ------
        ModelError
            If files are missing or damaged, or it is another kind of model.
        """
        place = os.fspath(folder)
        shapes = _shapes(place)
        path = os.path.join(place, "model.safetensors")
        if not os.path.isfile(path):
            raise ModelError(
                f"{path}: not there; take a folder with model.safetensors, or convert pytorch_model.bin with the "
                "package transformers: save_pretrained(folder, safe_serialization=True)"
            )
        try:
            from safetensors import SafetensorError, deserialize
        except ImportError:
            raise ModelError("reading a model needs the package safetensors: pip install 'nlpzero[bert]'") from None
        tensors: dict[str, Tensor] = {}
        try:
            with open(path, "rb") as file:
                for name, found in deserialize(file.read()):
                    tensors[_short(name)] = _numbers(found["dtype"], found["data"]).reshape(found["shape"])
        except (SafetensorError, OSError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{path}: cannot be read: {reason}; get it again") from None
        _check(shapes, tensors, path)
        return cls(shapes, tensors, place)


def _numbers(kind: str, data: bytes) -> Tensor:
    """Read the numbers of a tensor, of whatever precision."""
    if kind == "BF16":  # the upper halves of single precision
        return (np.frombuffer(data, "<u2").astype(np.uint32) << np.uint32(16)).view(np.float32)
    types = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1", "I8": "i1", "BOOL": "?"}
    if kind not in types:
        raise ValueError(f"numbers of the type {kind}")
    return np.frombuffer(data, types[kind]).astype(np.float32, copy=False)


def _short(name: str) -> str:
    """Give the name of a tensor without the first word, and of today where it is an old one."""
    name = name.removeprefix("bert.")
    for old, new in _OLD_NAMES.items():
        if name.endswith(old):
            name = name.removesuffix(old) + new
    return name


def _shapes(folder: str) -> Shapes:
    """Read config.json."""
    path = os.path.join(folder, "config.json")
    try:
        with open(path, encoding="utf-8") as file:
            said: dict[str, Any] = json.load(file)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; give the folder of a model") from None
    except ValueError:
        raise ModelError(f"{path}: no JSON; get it again") from None
    kind = said.get("model_type", "bert") if isinstance(said, dict) else None
    if kind != "bert" or said.get("position_embedding_type", "absolute") != "absolute":
        raise ModelError(f"{path}: a model of the type {kind!r}; give a BERT, RoBERTa-wwm or MacBERT (type 'bert')")
    names = ["num_hidden_layers", "num_attention_heads", "hidden_size", "intermediate_size", "max_position_embeddings"]
    numbers = [said.get(name) for name in names]
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise ModelError(f"{path}: {', '.join(names)} are not all numbers above 0; get it again")
    layers, heads, width, inner, longest = (int(number) for number in numbers if number)
    activation = said.get("hidden_act", "gelu")
    if activation not in ACTIVATIONS:
        raise ModelError(f"{path}: the activation {activation!r} is none of {', '.join(ACTIVATIONS)}")
    if width % heads:
        raise ModelError(f"{path}: {width} numbers cannot be shared by {heads} heads; get it again")
    return Shapes(layers, heads, width, inner, longest, activation, float(said.get("layer_norm_eps", 1e-12)))


def _check(shapes: Shapes, tensors: dict[str, Tensor], path: str) -> None:
    """Look whether all tensors are there, of the right shapes."""
    width, inner = shapes.width, shapes.inner
    wanted: dict[str, tuple[int | None, ...]] = {
        "embeddings.word_embeddings.weight": (None, width),
        "embeddings.position_embeddings.weight": (shapes.longest, width),
        "embeddings.token_type_embeddings.weight": (None, width),
        **_norm("embeddings.LayerNorm", width),
    }
    for layer in range(shapes.layers):
        name = f"encoder.layer.{layer}"
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            wanted |= _dense(f"{name}.{part}", width, width)
        wanted |= _dense(f"{name}.intermediate.dense", inner, width) | _dense(f"{name}.output.dense", width, inner)
        wanted |= _norm(f"{name}.attention.output.LayerNorm", width) | _norm(f"{name}.output.LayerNorm", width)
    for name, shape in wanted.items():
        found = tensors.get(name)
        if found is None:
            raise ModelError(f"{path}: {name} is missing; it is no BERT of {shapes.layers} layers, get it again")
        if len(found.shape) != len(shape) or any(b not in (None, a) for a, b in zip(found.shape, shape, strict=True)):
            raise ModelError(
                f"{path}: {name} has the shape {found.shape}, which config.json does not say; get both again"
            )


def _norm(name: str, width: int) -> dict[str, tuple[int | None, ...]]:
    """Name the tensors of a layer norm."""
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _dense(name: str, rows: int, columns: int) -> dict[str, tuple[int | None, ...]]:
    """Name the tensors of a linear map."""
    return {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}


def _gelu(x: Tensor) -> Tensor:
    """x times the share of a normal distribution below x."""
    from scipy.special import erf

    share: Tensor = erf(x * np.float32(2**-0.5))
    share += 1
    share *= _HALF
    share *= x
    return share


def _gelu_tanh(x: Tensor) -> Tensor:
    """The same by a formula with tanh."""
    share = x * x
    share *= np.float32(0.044715)
    share += 1
    share *= x
    share *= np.float32((2 / np.pi) ** 0.5)
    np.tanh(share, out=share)
    share += 1
    share *= _HALF
    share *= x
    return share


def _sigmoid_times(x: Tensor, slope: float) -> Tensor:
    """x / (1 + exp(-slope x)), written so that nothing overflows."""
    share = x * np.float32(slope / 2)
    np.tanh(share, out=share)
    share += 1
    share *= _HALF
    share *= x
    return share


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": _gelu,
    "gelu_python": _gelu,
    "gelu_new": _gelu_tanh,
    "gelu_fast": _gelu_tanh,
    "gelu_pytorch_tanh": _gelu_tanh,
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: _sigmoid_times(x, 1.0),
    "swish": lambda x: _sigmoid_times(x, 1.0),
    "quick_gelu": lambda x: _sigmoid_times(x, 1.702),
    "tanh": np.tanh,
}
"""By their names in config.json."""
