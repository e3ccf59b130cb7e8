"""A report of a corpus (语料报告), made section by section."""

import dataclasses
import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .. import __version__
from ..core.files import open_whole
from ..core.job import Job, current_job
from ..errors import ModelError, NothingFound
from ..reading.sources import Texts
from ..segment.cutter import Cutter
from ..segment.dictionary import dictionary_cutter
from ..words.new_words import repeatable
from .markup import PageWords
from .material import Material, ReportOptions
from .page import write_page
from .places import WordPlaces
from .sections import SECTIONS
from .spread import SpreadFacts, with_strips
from .views import language_of


@dataclass(frozen=True)
class Report:
    """A report of a corpus (语料报告).

    Attributes
    ----------
    title : str
    facts : dict of str to dataclass
        What each section found.
    missing : dict of str to str
        Why a section found nothing.
    places : dict of str to WordPlaces
        A sample of the lines of every word that is shown.
    """

    title: str
    facts: dict[str, Any]
    missing: dict[str, str]
    places: dict[str, WordPlaces]
    language: str = field(default="zh-Hans")

    def html(self) -> str:
        """Write the report as one HTML file."""
        return write_page(self.title, self.facts, self.missing, PageWords(self.places, self.language), __version__)

    def json(self) -> str:
        """Write the same facts for programs, as one JSON object; what is not finite is null."""
        made = {
            "title": self.title,
            "nlpzero": __version__,
            "sections": {name: dataclasses.asdict(found) for name, found in self.facts.items()},
            "missing": self.missing,
            "places": {word: dataclasses.asdict(found) for word, found in self.places.items()},
        }
        return json.dumps(_finite(made), ensure_ascii=False, indent=1) + "\n"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the report to a file: .json for programs, anything else as HTML.

        Raises
        ------
        ModelError
            If the place cannot be written.
        """
        text = self.json() if os.fspath(path).endswith(".json") else self.html()
        with open_whole(path) as file:
            file.write(text.encode("utf-8", "replace"))


def _finite(value: Any) -> Any:
    """Put None for numbers that JSON does not have."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class ReportBuilder:
    """Makes a report section by section, so that its progress can be told."""

    def __init__(self, texts: Texts, options: ReportOptions, cutter: Cutter, job: Job) -> None:
        unknown = [name for name in options.sections if name not in SECTIONS]
        if unknown:
            raise ModelError(f"`sections` has {unknown[0]!r}; there are {', '.join(SECTIONS)}")
        self._material = Material(repeatable(texts), cutter, options, job)
        self.names = [name for name in SECTIONS if not options.sections or name in options.sections]

    def steps(self) -> Iterator[str]:
        """Give the name of each section before it is worked on; when all are given, `report` is there."""
        facts: dict[str, Any] = {}
        missing: dict[str, str] = {}
        material = self._material
        for name in self.names:
            yield SECTIONS[name].title
            if not material.survey.tokens:
                raise NothingFound("the text holds no words; give more text, or another way to cut it")
            try:
                facts[name] = SECTIONS[name].gather(material)
            except NothingFound as error:
                missing[name] = f"Nothing found: {error}"
        yield "Lines in context"
        places = material.places() if material.wanted else {}
        if isinstance(found := facts.get("spread"), SpreadFacts):
            facts["spread"] = with_strips(found, places)
        self.report = Report(self._title(), facts, missing, places, language_of(material.survey))

    def _title(self) -> str:
        """Name the report after the files, if it has no name."""
        if self._material.options.title:
            return self._material.options.title
        names = [os.path.basename(one.name) for one in self._material.survey.files if one.name]
        if not names or names == ["<stdin>"]:
            return "A corpus"
        return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


def make_report(
    texts: Texts,
    *,
    options: ReportOptions | None = None,
    cut: Cutter | None = None,
    job: Job | None = None,
) -> Report:
    r"""Make a report of a corpus (语料报告): what it is, its words and how they go together, to look at in a browser.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
        Read several times; a Corpus of standard input needs `rereadable`.
    options : ReportOptions, optional
        Sections, rows of the tables, title, a corpus to compare with.
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`, and the new words of the text).
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError
        For texts that cannot be read.
    NothingFound
        If there is no word in them.
    ModelError
        If a section has no such name.

    Notes
    -----
    Of 22.5 MB about a minute of processor time.

    Examples
    --------
    >>> from nlpzero.report.material import ReportOptions
    >>> report = make_report(["江上有船，船在江上。\n"] * 9, options=ReportOptions(sections=("corpus", "frequent")))
    >>> report.facts["frequent"].rows[0].word, report.facts["corpus"].lines, report.html()[:15]
    ('江', 9, '<!DOCTYPE html>')
    """
    builder = ReportBuilder(texts, options or ReportOptions(), cut or dictionary_cutter(), job or current_job())
    for _ in builder.steps():
        pass
    return builder.report
