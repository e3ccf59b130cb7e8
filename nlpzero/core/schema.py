"""What the files of a kind must hold: declared once, and checked whenever one is written or read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

TEXT = "text"
"""The type of a member that holds words."""


class Damage(Exception):
    """Why a file cannot be read."""


class Member(NamedTuple):
    """What an array of an archive must be like.

    Attributes
    ----------
    types : str
        The types it may have, such as "f4" or "u4 i8"; "text" for words, which are read as a list of str.
    shape : tuple of str and int
        Its lengths: a number, a name that means the same length in all arrays of the file, or such a name and a
        number, "words+1".
    mapped : bool
        Whether reading gives a memory map; if not, an array in memory.
    optional : bool
        Whether a file may lack it.
    below : str or int
        Every value is less than the length of this name, or than this number, and not negative.
    most : float, optional
        No value is negative, or greater than this.
    starts_of : str
        The values rise, from 0 to the length of this name.
    finite : bool
        No value is infinite or no number; looked at in writing.
    """

    types: str
    shape: tuple[str | int, ...]
    mapped: bool = False
    optional: bool = False
    below: str | int = ""
    most: float | None = None
    starts_of: str = ""
    finite: bool = False


@dataclass(frozen=True)
class Schema:
    """What the files of one kind hold.

    Attributes
    ----------
    kind : str
        What such a file is, as messages say it.
    version : int
        Of the format: raised when a file of before cannot be read any more.
    members : mapping of name to Member
        May be empty to take any arrays.
    remedy : str
        What makes such a file again, for messages.
    facts : mapping of str to type
        What `made` must say: values of these types (or one of several, or a mapping of such).
    """

    kind: str
    version: int
    members: Mapping[str, Member]
    remedy: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def missing_fact(made: Mapping[str, Any], facts: Mapping[str, Any]) -> str | None:
    """Give the name of a fact that is not there or of another type."""
    for name, wanted in facts.items():
        value = made.get(name)
        if isinstance(wanted, Mapping):
            inner = missing_fact(value, wanted) if isinstance(value, dict) else ""
            if inner is not None:
                return f"{name}.{inner}" if inner else name
        elif name not in made or not isinstance(value, wanted) or (isinstance(value, bool) and wanted is int):
            return name
    return None


def fit(name: str, type_: str, shape: tuple[int, ...], schema: Schema, lengths: dict[str, int]) -> None:
    """Compare the type and the shape of an array with what is declared, and learn the lengths it tells."""
    if not schema.members:
        return
    member = schema.members.get(name)
    if member is None:
        raise Damage(f"{name!r} does not belong to {schema.kind}")
    if member.types == TEXT:
        if type_ != "u1" or len(shape) != 1:
            raise Damage(f"{name!r} is no text")
        return
    if type_ not in member.types.split() or len(shape) != len(member.shape):
        raise Damage(f"{name!r} is {type_} of {len(shape)} dimensions")
    for declared, length in zip(member.shape, shape, strict=True):
        bind(name, declared, length, lengths)


def bind(name: str, declared: str | int, length: int, lengths: dict[str, int]) -> None:
    """Compare a length with what is declared for it, or learn it."""
    base, _, plus = str(declared).partition("+")
    value = length - int(plus or 0)
    wanted = declared if isinstance(declared, int) else lengths.setdefault(base, value)
    if value != wanted or value < 0:
        raise Damage(f"the length of {name!r}, {length}, does not fit the other arrays")


def is_text(schema: Schema, name: str) -> bool:
    """Tell whether a member holds words."""
    return name in schema.members and schema.members[name].types == TEXT


def look(name: str, member: Member, lengths: Mapping[str, int], values: Array) -> None:
    """Check what is declared of single values."""
    limit = lengths.get(member.below, 0) if isinstance(member.below, str) and member.below else member.below
    if limit != "" and values.size and not (values.min() >= 0 and values.max() < int(limit)):
        raise Damage(f"{name!r} points outside")
    if member.most is not None and values.size and not (values.min() >= 0 and values.max() <= member.most):
        raise Damage(f"{name!r} holds a number out of range")


def is_finite(values: Array) -> bool:
    """Tell whether all values are numbers and finite."""
    with np.errstate(over="ignore", invalid="ignore"):  # their sum is finite only if they are, and takes less time
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def rises(values: Array, end: int) -> bool:
    """Tell whether values rise from 0 to an end."""
    return len(values) > 0 and values[0] == 0 and values[-1] == end and bool((values[1:] >= values[:-1]).all())
