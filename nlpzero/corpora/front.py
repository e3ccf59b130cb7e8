"""The functions for corpora that `import nlpzero` gives."""

from collections.abc import Iterator

from ..core.job import Execution, Job, open_execution
from ..errors import ModelError
from ..reading.sources import Texts, open_blocks, open_texts
from ..segment.cutter import Cutter
from ..segment.dictionary import dictionary_cutter
from ..vectors.cooccurrence import Cooccurrence
from .collocations import NEAR, CollocateOptions, all_pairs, collocates_of, near_in_counts, near_words
from .concordance import KWIC, ConcordanceLine, ConcordanceOptions, find_lines
from .documents import DocumentUnit, Kind
from .frequencies import WORDS, WordCounts, count_words
from .keyness import KeynessOptions, compare
from .keywords import DOCUMENTS, KeywordRanking, KeywordRow, rank_keywords
from .records import ResultTable
from .search import Query
from .weights import IdfTable


def word_frequencies(
    texts: Texts, *, cut: Cutter | None = None, document: Kind = "none", job: Job | Execution | None = None
) -> WordCounts:
    r"""Count the words of a corpus, and in which of its documents they stand (词频统计); punctuation is no word.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    document : {"none", "file", "line", "paragraph"}
        What a document is; paragraphs end at blank lines.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError
        For texts that cannot be read.
    NothingFound
        If there is no word.

    Examples
    --------
    >>> counts = word_frequencies(["江上有船\n江边有人\n"], document="line")
    >>> counts["江"], counts.total, counts.most_common(2)
    (1, 6, [('上', 1), ('有', 1)])
    """
    with open_execution(job, WORDS, keep=True) as execution:
        return _counted(texts, "texts", cut, document, execution)


def _counted(texts: Texts, name: str, cut: Cutter | None, document: Kind, execution: Execution) -> WordCounts:
    """Count the words of texts that were given as the parameter `name`."""
    source = texts if isinstance(texts, str) else f"`{name}`"
    cutter, unit = cut or dictionary_cutter(), DocumentUnit(document)
    with open_texts(texts, execution.block_size, name) as blocks:
        return count_words(blocks, cutter=cutter, unit=unit, job=execution, source=source)


def keyness(
    a: Texts | WordCounts,
    b: Texts | WordCounts,
    *,
    options: KeynessOptions | None = None,
    cut: Cutter | None = None,
    document: Kind = "none",
    job: Job | Execution | None = None,
) -> ResultTable:
    r"""Find the key words of a corpus A against a corpus B (关键词): those that it has more often than chance would.

    Parameters
    ----------
    a, b : path, paths, Corpus, iterable of texts, or WordCounts
        WordCounts are what `word_frequencies` gives.
    options : KeynessOptions, optional
        Which words are given, which measures, in what order; and whether they are tested over documents.
    cut : Cutter, optional
        What cuts the texts into words (default: `dictionary()`).
    document : {"none", "file", "line", "paragraph"}
        What a document is, for a test over documents.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError, ModelError
        For texts that cannot be read, counts that cannot be compared.
    NothingFound
        If a text has no words, both are the same, or no word is left.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BLANKS
    >>> how = KeynessOptions(min_count=2)
    >>> found = keyness(["江 上 有 船 江 边 有 船\n"], ["山 上 有 人\n"], options=how, cut=BLANKS)
    >>> [row.word for row in found], found[0].count_a, round(found[0].g2, 3)
    (['江', '船'], 2, 1.622)
    """
    with open_execution(job, WORDS) as execution:
        counts = []
        for name, texts in (("a", a), ("b", b)):
            if not isinstance(texts, WordCounts):
                texts = _counted(texts, name, cut, document, execution)
            counts.append(texts)
        return compare(counts[0], counts[1], options, job=execution)


def concordance(
    texts: Texts,
    *words: str,
    regex: str | None = None,
    options: ConcordanceOptions | None = None,
    cut: Cutter | None = None,
    job: Job | Execution | None = None,
) -> Iterator[ConcordanceLine]:
    r"""Find every place of a word or a string, with its context (语境索引; key words in context), as a stream.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    *words : str
        What is looked for; of several at a place the longest.
    regex : str, optional
        Or what a regular expression matches in a line.
    options : ConcordanceOptions, optional
        How much is shown, in what order; a sample.
    cut : Cutter, optional
        Cuts the lines that are given into words, with blanks between; without it they are as in the text.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError, ModelError
        For texts that cannot be read, and words that cannot be looked for.
    NothingFound
        At the end, if there was no place.

    Examples
    --------
    >>> [line] = concordance(["江上有船\n", "江边有人\n"], "船")
    >>> line.line, line.left, line.match, line.right
    (1, '江上有', '船', '')
    """
    query = Query(words, regex)
    with open_execution(job, KWIC) as execution, open_texts(texts, execution.block_size) as blocks:
        yield from find_lines(blocks, query, options, cutter=cut, job=execution)


def collocates(
    texts: Texts | Cooccurrence,
    *words: str,
    options: CollocateOptions | None = None,
    cut: Cutter | None = None,
    job: Job | Execution | None = None,
) -> ResultTable:
    r"""Find the words that stand near a word more often than chance would put them there (搭配).

    Parameters
    ----------
    texts : path, paths, Corpus, iterable of texts, or Cooccurrence
        Cooccurrence is what `nlpzero glove count` keeps: its window is then the one, on both sides.
    *words : str
        The nodes. None: the strongest pairs of all words, for counts.
    options : CollocateOptions, optional
        How near, which measures, in what order.
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`).
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError, ModelError
        For texts that cannot be read.
    NothingFound
        If no node stands in the text, or no pair is frequent enough.

    Examples
    --------
    >>> from nlpzero.segment.cutter import BLANKS
    >>> text = "喝 热 茶\n喝 茶\n买 茶\n买 米\n喝 酒\n"
    >>> found = collocates([text], "喝", options=CollocateOptions(min_count=1, sort="mi"), cut=BLANKS)
    >>> [(row.collocate, row.count) for row in found]
    [('酒', 1), ('茶', 2), ('热', 1)]
    """
    if isinstance(texts, Cooccurrence):
        return collocates_of(near_in_counts(texts, words), words, options) if words else all_pairs(texts, options)
    if not words:
        raise ModelError("there is no word to look for; give one, or counts of pairs for the pairs of all words")
    with open_execution(job, NEAR) as execution, open_texts(texts, execution.block_size) as blocks:
        found = near_words(blocks, words, options, cutter=cut or dictionary_cutter(), job=execution)
    return collocates_of(found, words, options)


def keywords(
    texts: Texts,
    *,
    ranking: KeywordRanking | None = None,
    idf: IdfTable | WordCounts | None = None,
    cut: Cutter | None = None,
    document: Kind = "file",
    job: Job | Execution | None = None,
) -> Iterator[KeywordRow]:
    r"""Give the words that say what each document is about (关键词提取), as a stream.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
    ranking : KeywordRanking, optional
        TF-IDF or the centrality of a word among those near it; how many words.
    idf : IdfTable or WordCounts, optional
        For TF-IDF (default: jieba's); WordCounts of a corpus, counted by document.
    cut : Cutter, optional
        What cuts the text into words (default: `dictionary()`, without function words).
    document : {"file", "line", "paragraph"}
        What a document is; texts that are given in a list make one.
    job : Job, optional
        What the work may use (default: the current job).

    Raises
    ------
    CorpusError, ModelError
        For texts that cannot be read.

    Examples
    --------
    >>> rows = keywords(["江豚在江上出没，渔民见到江豚。\n"], ranking=KeywordRanking(top=2))
    >>> [(row.word, row.count) for row in rows]
    [('江豚', 2), ('渔民', 1)]
    """
    from ..segment.stopped import StopCutter
    from ..text.stopwords import FUNCTION_WORDS

    table = IdfTable.of_counts(idf) if isinstance(idf, WordCounts) else idf
    cutter = cut or StopCutter(dictionary_cutter(), FUNCTION_WORDS)
    with open_execution(job, DOCUMENTS) as execution, open_blocks(texts, execution.block_size) as blocks:
        yield from rank_keywords(blocks, ranking, idf=table, unit=DocumentUnit(document), cutter=cutter, job=execution)
