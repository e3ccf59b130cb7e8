"""`nlpzero merge`: counts of the parts of a corpus, added up."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .messages import notice
from .options import RunningOptions, quiet
from .pages import command as page
from .values import argument, option, values

if TYPE_CHECKING:
    from nlpzero.core.job import Job

EPILOG = """\b
Examples:
  nlpzero count --shard 1/2 -o part1.runs data/stories.txt
  nlpzero count --shard 2/2 -o part2.runs data/stories.txt
  nlpzero merge -o all.runs part1.runs part2.runs
  nlpzero discover --counts all.runs --top 5 data/stories.txt
  nlpzero words -q --shard 1/2 --save part1.npz data/stories.txt
  nlpzero words -q --shard 2/2 --save part2.npz data/stories.txt
  nlpzero merge -o all.npz part1.npz part2.npz
"""


@dataclass(frozen=True, kw_only=True)
class MergeOptions:
    """What is added up, and where the sum goes."""

    parts: tuple[str, ...] = argument(nargs=-1, required=True, metavar="COUNTS...")
    output: str = option("-o", "--output", required=True, metavar="FILE", help="File of counts to write.")


@page(epilog=EPILOG, most=("output", "workers", "memory", "tmp_dir"))
@values(MergeOptions, "own")
@values(RunningOptions, "running")
@quiet
def command(own: MergeOptions, running: RunningOptions) -> None:
    """Add up counts that nlpzero count, words --save, or links, made of the parts of a corpus (合并计数).

    The sum is the same bytes as the counts of the whole corpus, however it was parted and in whatever order; documents
    without names are numbered in the order of the parts.
    """
    from nlpzero.core.archive import kind_of
    from nlpzero.core.files import open_whole
    from nlpzero.corpora.frequencies import SCHEMA as WORD_COUNTS
    from nlpzero.ngrams.counts import COUNTING
    from nlpzero.ngrams.merging import merge_ngrams
    from nlpzero.ngrams.runs import NGramTable

    job = running.job
    paths = [os.path.abspath(part) if job.scheduler else part for part in own.parts]
    if kind_of(paths[0]) == "link counts":
        _merge_links(own.output, paths, job)
        return
    if kind_of(paths[0]) == WORD_COUNTS.kind:
        _merge_words(own.output, paths, job)
        return
    with open_whole(own.output) as file, job.open(COUNTING, files=paths) as execution:
        merged = merge_ngrams([NGramTable.load(path) for path in paths], job=execution)
        merged.save(file)
        notice(f"{sum(map(len, merged.levels)):,} n-grams in {merged.total:,} units of text")


def _merge_links(output: str, paths: list[str], job: "Job") -> None:
    """Add up counts of links."""
    from nlpzero.syntax.link_counts import LINKING, LinkCounts, merge_links

    with job.open(LINKING, files=paths) as execution:
        merged = merge_links([LinkCounts.load(path) for path in paths], job=execution)
        merged.save(output)
        notice(f"{len(merged.words):,} words, {len(merged.columns):,} pairs in {merged.clauses:,} clauses")


def _merge_words(output: str, paths: list[str], job: "Job") -> None:
    """Add up word counts."""
    from nlpzero.corpora.frequencies import WORDS, WordCounts
    from nlpzero.corpora.merging import merge_words

    with job.open(WORDS, files=paths) as execution:
        merged = merge_words([WordCounts.load(path) for path in paths], job=execution)
        merged.save(output)
        notice(f"{len(merged):,} different words, {merged.total:,} in all")
