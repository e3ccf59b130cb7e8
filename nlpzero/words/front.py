"""What `import nlpzero` gives by name: a cutter that was learned from a text, in one call."""

from dataclasses import replace

from ..core.job import Execution, Job, open_execution
from ..reading.corpus import Corpus
from ..reading.sources import Texts
from ..segment.cutter import Cutter
from ..segment.dictionary import DictionaryCutter, dictionary_cutter
from ..segment.lexical import POWER
from .discovery import discover, discovery_cost
from .finding import Parameters


def learn_cutter(
    texts: Texts,
    dictionary: DictionaryCutter | None = None,
    parameters: Parameters | None = None,
    *,
    power: float = POWER,
    job: Job | Execution | None = None,
) -> Cutter:
    """Learn a cutter from a text and a dictionary (学习分词器), as `nlpzero segment --learn --lexicon` does.

    Words are found by `discover` with the method "bayes", and joined with the dictionary where the text bears it out:
    see `Discovery.joined`.

    Parameters
    ----------
    texts : path, paths, Corpus, or iterable of texts
        Read once.
    dictionary : DictionaryCutter, optional
        The default is that of the commands, `nlpzero.dictionary()`, its words folded as a Corpus reads its text.
    parameters : Parameters, optional
        Its `lexicon` is not asked: it is that of the dictionary.
    power : float
        Of what was learned beside the dictionary: 0 is the dictionary alone, 1 follows the text more.
    job : Job or Execution, optional
        What the work may use (default: the current job).

    Returns
    -------
    Cutter
        A `JoinedCutter`, or a `LearnedSegmenter` where the text does not bear the dictionary out.

    Raises
    ------
    CorpusError, ModelError, NothingFound
        As `discover` does.

    Notes
    -----
    As long as `discover` takes with the method "bayes": about 40 s a MB on one processor.

    Examples
    --------
    >>> cut = learn_cutter(["罗砚舟修好了橹簧，橹簧响了。\\n"] * 9, parameters=Parameters(rounds=2), power=1)
    >>> dictionary_cutter()("修好了橹簧"), cut("修好了橹簧")
    (['修好', '了', '橹', '簧'], ['修好', '了', '橹簧'])
    """
    own = dictionary or dictionary_cutter().folded(texts.reading.fold if isinstance(texts, Corpus) else ())
    asked = replace(parameters or Parameters(), lexicon=own.lexicon)
    with open_execution(job, discovery_cost("bayes")) as execution:
        return discover(texts, "bayes", asked, job=execution).joined(own, power)
