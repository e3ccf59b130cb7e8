"""The forward pass (前向计算) of a BERT model: array code over texts of one length, matrices multiplied by BLAS."""

import numpy as np
import numpy.typing as npt

from .model import ACTIVATIONS, Bert, Tensor

TokenIds = npt.NDArray[np.int64]


def encode_tokens(model: Bert, tokens: TokenIds, layer: int | None = None) -> Tensor:
    """Give the vectors of tokens (编码) after a layer.

    Parameters
    ----------
    model : Bert
    tokens : int array (texts, length)
        Numbers of tokens, all of the first segment; nothing is filled up.
    layer : int, optional
        From 0, what goes in, to the number of layers (default).

    Returns
    -------
    float32 array (texts, length, width)

    Notes
    -----
    Devlin, Chang, Lee & Toutanova 2019. For a token of a model of 12 layers of 768, 170 million multiplications and
    additions. At a time, texts should have some thousand tokens together: each takes 60 kB.
    """
    shapes, tensors = model.shapes, model.tensors
    texts, length = tokens.shape
    x = tensors["embeddings.word_embeddings.weight"][tokens]
    x += tensors["embeddings.position_embeddings.weight"][:length]
    x += tensors["embeddings.token_type_embeddings.weight"][0]
    x = _normed(x.reshape(texts * length, shapes.width), model, "embeddings.LayerNorm")
    for number in range(shapes.layers if layer is None else layer):
        name = f"encoder.layer.{number}"
        y = _attention(x, model, f"{name}.attention.self", texts)
        y = _mapped(y, model, f"{name}.attention.output.dense")
        y += x
        x = _normed(y, model, f"{name}.attention.output.LayerNorm")
        y = ACTIVATIONS[shapes.activation](_mapped(x, model, f"{name}.intermediate.dense"))
        y = _mapped(y, model, f"{name}.output.dense")
        y += x
        x = _normed(y, model, f"{name}.output.LayerNorm")
    return x.reshape(texts, length, shapes.width)


def token_probabilities(model: Bert, vectors: Tensor, wanted: TokenIds) -> Tensor:
    """Give the probability of one token for each vector of the last layer: of filling a masked place (n,).

    Parameters
    ----------
    model : Bert
        With its head: see `Bert.has_head`.
    vectors : float32 array (n, width)
    wanted : int array (n,)
        The tokens that are asked about.
    """
    tensors = model.tensors
    y = ACTIVATIONS[model.shapes.activation](_mapped(vectors, model, "cls.predictions.transform.dense"))
    y = _normed(y, model, "cls.predictions.transform.LayerNorm")
    scores = y @ tensors.get("cls.predictions.decoder.weight", tensors["embeddings.word_embeddings.weight"]).T
    bias = tensors.get("cls.predictions.bias", tensors.get("cls.predictions.decoder.bias"))
    if bias is not None:
        scores += bias
    _soften(scores)
    found: Tensor = scores[np.arange(len(wanted)), wanted]
    return found


def _mapped(x: Tensor, model: Bert, name: str) -> Tensor:
    """Map rows linearly."""
    y: Tensor = x @ model.tensors[f"{name}.weight"].T
    y += model.tensors[f"{name}.bias"]
    return y


def _normed(x: Tensor, model: Bert, name: str) -> Tensor:
    """Give rows mean 0 and variance 1, then scale and shift them; in place."""
    x -= x.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", x, x) / np.float32(x.shape[1])
    x *= (1 / np.sqrt(variance + np.float32(model.shapes.epsilon)))[:, np.newaxis]
    x *= model.tensors[f"{name}.weight"]
    x += model.tensors[f"{name}.bias"]
    return x


def _attention(x: Tensor, model: Bert, name: str, texts: int) -> Tensor:
    """Let each token of a text take from all of them, in each head by the softmax of scaled products."""
    heads = model.shapes.heads
    size = model.shapes.width // heads
    sides = []
    for part in ("query", "key", "value"):
        side = _mapped(x, model, f"{name}.{part}").reshape(texts, -1, heads, size)
        sides.append(side.transpose(0, 2, 1, 3))
    query, key, value = sides
    scores: Tensor = query @ key.transpose(0, 1, 3, 2)
    scores *= np.float32(size**-0.5)
    _soften(scores)
    taken: Tensor = (scores @ value).transpose(0, 2, 1, 3).reshape(len(x), -1)
    return taken


def _soften(scores: Tensor) -> None:
    """Turn scores into shares along the last axis; in place."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
