"""How each section of a report looks: its facts as HTML."""

from collections.abc import Sequence

from ..text.folding import is_traditional
from .charts import Axis, bars, curve, network, strip
from .commands import report_command
from .markup import PageWords, TableColumn, cards, commands, escaped, number, shortened, table
from .patterns import CollocationFacts, TemplateFacts
from .rulenet import RuleFacts
from .spread import SpreadFacts
from .survey import CorpusFacts
from .vocabulary import FrequencyFacts, KeyWord, KeyWordFacts, NewWordFacts
from .wordmap import CommunityFacts, MapFacts

COUNT = TableColumn("count", "number", meaning="How often it stands in the text.")
FILES = 200
"""Files that are listed."""
WORD = TableColumn("word", "word")


def language_of(found: CorpusFacts) -> str:
    """Name the language of the corpus."""
    return "zh-Hant" if found.script == "traditional" else "zh-Hans"


def paragraph(text: str) -> str:
    """Write a paragraph of our own text."""
    return f"<p>{escaped(text)}</p>\n"


def megabytes(size: int) -> str:
    """Write a number of bytes."""
    for unit, power in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= power:
            return f"{size / power:.3g} {unit}"
    return f"{size} bytes"


def corpus_view(facts: CorpusFacts, page: PageWords) -> str:
    """Show what the corpus is."""
    shown = cards(
        [
            ("size", megabytes(facts.bytes)),
            ("characters", number(facts.characters)),
            ("words without punctuation", number(facts.tokens)),
            ("different words", number(facts.types)),
            ("lines", number(facts.lines)),
            ("paragraphs", number(facts.paragraphs)),
            ("different characters", number(facts.distinct_characters)),
            ("script", facts.script),
        ]
    )
    shares = [(one.kind, one.share) for one in facts.shares]
    shown += f"<h3>Characters</h3>{bars(shares, 'Shares of the kinds of characters')}"
    lines = [
        f"Lines that are not blank have {number(facts.median_line)} characters in the middle (median), "
        f"the longest has {number(facts.longest_line)}; {number(facts.blank_lines)} are blank.",
        f"{number(facts.repeated_lines)} lines ({number(100 * facts.repeated_share, 1)} %) stood in the text before."
        if facts.repeated_lines
        else "No line stands in the text twice.",
    ]
    if not facts.odd:
        lines.append("There are no odd characters: no control characters, hidden or private ones.")
    shown += "".join(map(paragraph, lines))
    if facts.odd:
        rows = [(one.code, one.name.lower(), one.count) for one in facts.odd[:10]]
        columns = [TableColumn("odd character"), TableColumn("name"), COUNT]
        shown += f"<h3>Odd characters: {len(facts.odd):,}</h3>" + table(
            "odd", columns, rows, page, "Odd characters"
        ).replace(f' lang="{page.language}"', "")
    if len(facts.files) > 1:
        files = [(one.name, one.bytes, one.characters, one.lines) for one in facts.files[:FILES]]
        columns = [TableColumn("file"), *(TableColumn(name, "number") for name in ("bytes", "characters", "lines"))]
        shown += f"<h3>Files: {len(facts.files):,}</h3>" + table(
            "files", columns, files, page, "The files of the corpus"
        )
    return shown + commands([report_command("corpus", facts.files)])


def new_words_view(facts: NewWordFacts, page: PageWords) -> str:
    """Show the new words."""
    rows = [(row.word, row.count, row.probability, row.parts, _example(row.example)) for row in facts.rows]
    columns = [
        WORD,
        COUNT,
        TableColumn("probability", "share", 2, "Of words with 0.8, eight in ten are words."),
        TableColumn("parts", "number", 0, "In how many of 64 equal parts of the text it stands."),
        TableColumn("first place", "html"),
    ]
    added = " Those are among the words of all that follows." if facts.added else ""
    return (
        paragraph(
            f"Words that jieba's dictionary does not have: {number(facts.found)} with a probability of {facts.sure} or "
            f"more, of {number(facts.candidates)} strings that were compared.{added}"
        )
        + table("new", columns, [(*row[:4], page.tagged(row[4])) for row in rows], page, "New words")
        + commands(facts.commands)
    )


def _example(text: str) -> str:
    """Write an example, its word between lenticular brackets, with the word set off."""
    before, _, rest = text.partition("【")
    word, _, after = rest.partition("】")
    return f'<span class="t">{escaped(before)}<b>{shortened(word)}</b>{escaped(after)}</span>'


def frequencies_view(facts: FrequencyFacts, page: PageWords) -> str:
    """Show the frequent words, the curve of ranks, and the growth of the vocabulary."""
    columns = [
        WORD,
        COUNT,
        TableColumn("per million", "number", 0, "How often it is among a million words."),
        TableColumn(
            f"{facts.document}s", "number", 0, f"In how many of {facts.documents:,} {facts.document}s it stands."
        ),
        TableColumn("DP", "share", 2, "Gries' deviation of proportions: 0 as even as the text, 1 all in one place."),
    ]
    rows = [(row.word, row.count, row.per_million, row.documents, row.dp) for row in facts.rows]
    zipf = [(float(rank), float(count)) for rank, count, _ in facts.zipf]
    axes = Axis(1, zipf[-1][0] * 1.01, True, "rank"), Axis(1, zipf[0][1] * 1.3, True, "count")
    growth = [(float(words), float(kinds)) for words, kinds in facts.growth]
    grown = (
        Axis(0, growth[-1][0], False, "words of the text"),
        Axis(0, growth[-1][1] * 1.05, False, "different words"),
    )
    slope = f"slope {number(facts.slope, 2)}; " if facts.slope == facts.slope else ""
    curves = (
        f'<div class="pair"><figure>{curve(zipf, axes, "Counts by rank", [name for *_, name in facts.zipf], page)}'
        f"<figcaption>Counts by rank (Zipf): {slope}{number(facts.half)} words make half of the text, "
        f"{number(facts.once)} stand in it once.</figcaption></figure>"
        f"<figure>{curve(growth, grown, 'Growth of the vocabulary')}<figcaption>Growth: how many different words "
        f"were met after so many words of text.</figcaption></figure></div>"
    )
    return (
        paragraph(
            f"The most frequent words, without function words, which are {number(100 * facts.function_share, 1)} % of "
            "the text."
        )
        + table("frequent", columns, rows, page, "Frequent words")
        + curves
        + commands(facts.commands)
    )


def key_words_view(facts: KeyWordFacts, page: PageWords) -> str:
    """Show the key words."""
    shown = paragraph(
        f"Words that the text has more often than {facts.reference} ({number(facts.reference_words)} words), the "
        "surest first, without function words. G2 says how sure it is (6.6: one in a hundred by chance), the log ratio "
        "how much: each step of 1 is twice as often."
    )
    shown += _key_table("key", "Key words", facts.rows, page)
    if facts.fewer:
        shown += "<h3>Less often than in the reference</h3>" + _key_table(
            "fewer", "Negative key words", facts.fewer, page
        )
    return shown + commands(facts.commands)


def _key_table(name: str, caption: str, rows: Sequence[KeyWord], page: PageWords) -> str:
    """Write a table of key words."""
    columns = [
        WORD,
        COUNT,
        TableColumn("per million", "number"),
        TableColumn("reference", "number", 0, "How often it is among a million words of the reference."),
        TableColumn("G2", "number", 1, "Log-likelihood ratio."),
        TableColumn("log ratio", "number", 2, "Logarithm to base 2 of the ratio of relative frequencies."),
    ]
    values = [(row.word, row.count, row.per_million, row.per_million_reference, row.g2, row.log_ratio) for row in rows]
    return table(name, columns, values, page, caption)


def map_view(facts: MapFacts, page: PageWords) -> str:
    """Show the map of words."""
    texts = []
    for one in facts.words:
        colour = "" if one.colour is None else f' class="c{one.colour}"'
        text = f'<text x="{one.x:g}" y="{one.y:g}" font-size="{one.letter:g}"{colour}>{shortened(one.word)}</text>'
        at = page.numbers.get(one.word)
        texts.append(text if at is None else f'<a href="#w{at}">{text}</a>')
    items = "".join(
        f'<li><i class="f{colour}"></i>{page.tagged(escaped(" ".join(words)))}</li>' for colour, words in facts.legend
    )
    own = "vectors trained on the corpus" if facts.trained else "the packaged vectors, as the corpus is small"
    composed = (
        f" {number(facts.composed)} words have vectors that are made out of their characters." if facts.composed else ""
    )
    return (
        paragraph(
            f"Words of like use are near each other: {own}, laid out by t-SNE. The larger a word, the more of the "
            f"network of words runs through it; the colours are communities of words that stand together.{composed}"
        )
        + f'<figure><div class="scroll" tabindex="0" role="region" aria-label="Map of words">'
        f'<svg class="map" viewBox="0 0 {facts.width:g} {facts.height:g}" role="group" aria-label="Map of words" '
        f'lang="{page.language}">{"".join(texts)}</svg></div>'
        f'<figcaption><ul class="key">{items}</ul></figcaption></figure>\n' + commands(facts.commands)
    )


def communities_view(facts: CommunityFacts, page: PageWords) -> str:
    """Show the communities."""
    rows = []
    for row in facts.rows:
        dot = f'<i class="dotted f{row.colour}"></i>' if row.colour is not None else '<i class="dotted"></i>'
        more = f" … {number(row.size - len(row.words))} more" if row.size > len(row.words) else ""
        words = f'<span class="words">{dot}{page.words(row.words)}<small>{more}</small></span>'
        rows.append((row.number, row.size, 100 * row.flow, words))
    columns = [
        TableColumn("", "number"),
        TableColumn("words", "number"),
        TableColumn("flow, %", "number", 1, "The share of its time that a walk from word to word spends there."),
        TableColumn("of greatest flow", "html"),
    ]
    return (
        paragraph(
            f"Groups of words that stand together more often than by chance: {number(facts.total)} of three words "
            f"and more, found by the map equation. A step of a walk on the network takes {number(facts.codelength, 2)} "
            f"nats to tell, without communities {number(facts.one_module, 2)}."
        )
        + table("groups", columns, rows, page, "Communities of words")
        + commands(facts.commands)
    )


def template_markup(template: str) -> str:
    """Write a template, its gaps set off."""
    words = [
        '<i class="gap" title="gap">…</i>' if word == "[X]" else f"<b>{shortened(word)}</b>"
        for word in template.split()
    ]
    return f'<span class="form">{" ".join(words)}</span>'


def chips(words: Sequence[str], page: PageWords) -> str:
    """Write words one beside the other."""
    return f'<span class="words">{page.words(words)}</span>'


def templates_view(facts: TemplateFacts, page: PageWords) -> str:
    """Show the templates."""
    columns = [
        TableColumn("template", "html"),
        COUNT,
        TableColumn("score", "number", 2, "Mutual information of its words, in nats."),
        TableColumn("gain", "number", 1, "Nats that the template saves: count times score."),
        TableColumn("what fills the gaps", "html"),
    ]
    rows = []
    for row in facts.rows:
        gaps = " <i>·</i> ".join(
            " ".join(f"{shortened(word)}<small>&nbsp;{number(count)}</small>" for word, count in gap)
            for gap in row.fillers
        )
        filled = f'<span class="t fill">{page.tagged(gaps)}</span>' if gaps else ""
        rows.append((page.tagged(template_markup(row.template)), row.count, row.score, row.gain, filled))
    return (
        paragraph(
            f"Words that attract each other, with gaps that many things fill: {number(facts.total)} were found; those "
            "that save most nats when they are written as one symbol come first. [N] is any number."
        )
        + table("patterns", columns, rows, page, "Sentence templates")
        + commands(facts.commands)
    )


def collocations_view(facts: CollocationFacts, page: PageWords) -> str:
    """Show the collocations."""
    rows = [(row.word, row.count, chips([one.word for one in row.near], page)) for row in facts.rows]
    columns = [WORD, COUNT, TableColumn("near it, the strongest by logDice first", "html")]
    return (
        paragraph(
            f"What stands up to {facts.window} words before or behind the words that the corpus is about, without "
            "function words."
        )
        + table("near", columns, rows, page, "Collocations")
        + commands(facts.commands)
    )


def rules_view(facts: RuleFacts, page: PageWords) -> str:
    """Show the rules."""
    columns = [
        TableColumn("if a sentence has", "html"),
        TableColumn("sentences", "number", 0, "How many hold all words of the rule."),
        TableColumn("confidence", "share", 2, "Share of the sentences with the first words that have the other, too."),
        TableColumn("lift", "number", 1, "How many times more often than by chance."),
        TableColumn("G2", "number", 1, "What the rule says beyond its parts: log-likelihood ratio."),
        TableColumn("it also has", "html"),
    ]
    rows = [
        (chips(row.left, page), row.count, row.confidence, row.lift, row.g2, chips(row.right, page))
        for row in facts.rows
    ]
    nodes = [(one.word, one.x, one.y, one.width) for one in facts.nodes]
    picture = network(nodes, facts.edges, (facts.width, facts.height), page)
    return (
        paragraph(
            f"Which words bring which others into a sentence, of {number(facts.sentences)} sentences; without function "
            "words, numbers and repeated text. Words that mostly stand side by side are one."
        )
        + '<figure><div class="scroll" tabindex="0" role="region" aria-label="Network of rules">'
        + f"{picture}</div></figure>"
        + table("rules", columns, rows, page, "Association rules")
        + commands(facts.commands)
    )


def spread_view(facts: SpreadFacts, page: PageWords) -> str:
    """Show how words are spread."""
    columns = [
        WORD,
        COUNT,
        TableColumn(f"{facts.document}s", "number", 0, f"Of {facts.documents:,}."),
        TableColumn("DP", "share", 2, "Gries' deviation of proportions: 0 as even as the text, 1 all in one place."),
        TableColumn("from the first word of the corpus to the last", "html"),
    ]
    rows = [
        (row.word, row.count, row.documents, row.dp, strip(row.strip, f"Where {row.word} stands")) for row in facts.rows
    ]
    return (
        paragraph("Where words stand in the corpus, from left to right; the higher a mark, the more often.")
        + table("spread", columns, rows, page, "Where words stand")
        + commands(facts.commands)
    )


def contexts_view(page: PageWords) -> str:
    """Show the lines of the words."""
    parts = []
    for word, at in page.numbers.items():
        places = page.places[word]
        lines = "".join(
            f"<li><span>{escaped(one.before)}</span><b>{shortened(one.word)}</b><span>{escaped(one.after)}</span>"
            f"<i>{one.line}</i></li>"
            for one in places.lines
        )
        count = f"{number(places.count)} time{'s' if places.count != 1 else ''}"
        head = f'{shortened(word)}<small lang="en">{count}</small>'
        parts.append(
            f'<h3 id="w{at}" lang="{page.language}">{head}</h3><ul class="kwic" lang="{page.language}">{lines}</ul>\n'
        )
    return "".join(parts)


def title_language(title: str) -> str:
    """Tag a title that is Chinese."""
    if not any(ord(character) >= 0x2E80 for character in title):
        return ""
    return ' lang="zh-Hant"' if is_traditional(title) else ' lang="zh-Hans"'
