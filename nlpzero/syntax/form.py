"""How a template is written: words, and gaps of one word or more."""

Template = tuple[str | None, ...]
"""Words in order; None stands for a gap, of one word or more."""


NUMBER = "[N]"
"""All numbers, where they are one word."""
GAP = "[X]"
"""How a gap is written."""


def write_template(template: Template, gap: str = GAP) -> str:
    """Write a template with blanks between its words and gaps.

    Examples
    --------
    >>> write_template((None, "可以", None, "吗"))
    '[X] 可以 [X] 吗'
    """
    return " ".join([gap if item is None else item for item in template])


def read_template(text: str, gap: str = GAP) -> Template:
    """Read a template; blanks beside a gap may be left out, and neighbouring gaps are one.

    Examples
    --------
    >>> read_template("[X]可以[X]吗")
    (None, '可以', None, '吗')
    """
    items = [None if part == gap else part for part in text.replace(gap, f" {gap} ").split()]
    return tuple(item for i, item in enumerate(items) if item is not None or i == 0 or items[i - 1] is not None)
