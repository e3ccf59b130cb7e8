"""The tokens of a BERT model: text is cut into characters and runs of letters, and these into the pieces it knows."""

import json
import os
import unicodedata
from collections.abc import Iterator

from ..errors import ModelError
from ..reading.corpus import read_lines
from ..text.characters import HAN, char_classes

_LONGEST = 100  # characters of a run; longer ones are unknown, as in the published program
SPECIAL = ("[CLS]", "[SEP]", "[MASK]", "[UNK]")


class TokenTable:
    """The numbers of tokens (词表).

    Parameters
    ----------
    tokens : list of str
        In the order of their numbers; pieces that go on a word begin with ##.
    lower : bool
        Whether letters are read as lower ones, without accents.
    name : str
        What to call it in messages.

    Raises
    ------
    ModelError
        If a special token is missing.

    Examples
    --------
    >>> table = TokenTable([*SPECIAL, "水", "bo", "##at", "3"])
    >>> [table.numbers(text) for text in ("水", "Boat", "3水", "山")]
    [[4], [5, 6], [7, 4], [3]]
    """

    def __init__(self, tokens: list[str], lower: bool = True, name: str = "vocab.txt") -> None:
        self.rank = {token: number for number, token in enumerate(tokens)}
        self.lower = lower
        missing = [token for token in SPECIAL if token not in self.rank]
        if missing:
            raise ModelError(f"{name}: {', '.join(missing)} not in it; give the folder of a BERT model")
        self.first, self.last, self.mask, self.unknown = (self.rank[token] for token in SPECIAL)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "TokenTable":
        """Read vocab.txt, and of tokenizer_config.json whether case counts."""
        path = os.path.join(folder, "vocab.txt")
        lower = True
        try:
            with open(os.path.join(folder, "tokenizer_config.json"), encoding="utf-8") as file:
                lower = bool(json.load(file).get("do_lower_case", True))
        except (OSError, ValueError, AttributeError):
            pass  # it need not be there
        return cls([line.rstrip("\r") for line in read_lines(path)], lower, path)

    def numbers(self, text: str) -> list[int]:
        """Give the tokens of a word, at least one."""
        found = [number for run in self._runs(text) for number in self._pieces(run)]
        return found or [self.unknown]

    def _runs(self, text: str) -> Iterator[str]:
        """Cut text into Chinese characters, punctuation marks, and runs of all else."""
        if self.lower:
            text = unicodedata.normalize("NFD", text.lower())
            text = "".join(one for one in text if unicodedata.category(one) != "Mn")
        run = ""
        for one in text:
            alone = bool(char_classes()[ord(one)] == HAN) or _is_punctuation(one)
            if (alone or one.isspace()) and run:
                yield run
                run = ""
            if alone:
                yield one
            elif not one.isspace() and unicodedata.category(one) not in ("Cc", "Cf"):
                run += one
        if run:
            yield run

    def _pieces(self, run: str) -> list[int]:
        """Cut a run into the longest pieces that are known, from the left."""
        found: list[int] = []
        start = 0
        while start < len(run) <= _LONGEST:
            for end in range(len(run), start, -1):
                number = self.rank.get(("##" if start else "") + run[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self.unknown]
        return found or [self.unknown]


def _is_punctuation(character: str) -> bool:
    """Tell whether a character is a mark: also $, +, < and the like of ASCII."""
    return unicodedata.category(character).startswith("P") or (
        character.isascii() and not character.isalnum() and character > " "
    )
