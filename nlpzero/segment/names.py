"""Names that no dictionary lists: with a middle dot (人名间隔号: 冯·诺依曼), of letters and digits (型号: C919)."""

import functools
import itertools
from collections.abc import Iterable

import numpy as np

from ..lexicon.lexicon import Lexicon
from ..lexicon.trie import CODES, Trie
from ..text.characters import DIGIT, HAN, LATIN, Codes, char_classes, code_points
from ..text.strings import ranges
from ..text.units import distinct
from .cutter import Flags, Positions

SOUNDS = (
    "阿埃艾爱安昂奥巴白班邦包保鲍贝本彼滨宾波玻勃伯博布查达戴丹德登邓迪蒂丁杜敦顿厄恩尔法凡范菲费芬丰冯佛夫弗福富盖冈戈"
    "哥格根贡古瓜圭哈海汉豪赫黑亨洪侯胡华怀惠霍基吉纪加贾简姜杰津京居君卡凯坎康考柯科克肯孔库夸昆拉莱赖兰朗劳勒雷累黎李里"
    "利丽莉良列林琳玲龙隆卢鲁伦罗洛吕马玛迈麦曼芒毛茂梅门蒙孟米密敏缪摩莫墨姆木穆纳娜瑙内尼涅宁纽农努诺欧帕派潘庞佩彭皮"
    "平泼珀普奇齐恰钱乔切琴青琼丘屈热仁荣茹儒瑞撒萨塞赛桑瑟森沙莎尚绍舍申圣施什史士舒朔斯丝松苏索塔泰坦汤唐陶特滕廷图土"
    "吐托脱瓦万汪旺威韦维魏温翁沃乌武希锡席夏香肖谢辛欣兴雄休许雅亚延扬杨耶叶伊依易英雍永尤约宰赞泽曾扎詹哲珍芝治朱茨祖佐"
    "拜娅妮珊娃佳嘉茜蕾黛露翰逊迦裴伽甸梵悉钦铎蓬兹庇斐柏盎荻葛迭郎阔隋颇叙"
)
"""Characters that foreign names are written with, but for those that are words of grammar."""
MOST = 6
"""Words on either side that are looked at."""
RARE = 50
"""Listed words of this count, or a smaller one, may be pieces of names: jieba's dictionary lists 德里奇 and 弗拉基."""


def join_names(is_start: Flags, codes: Codes, dots: Positions, lexicon: Lexicon) -> None:
    """Let no word begin at the middle dot of a name, nor after it, in place.

    The words on both sides belong to the name. Where such a word is a single character, unlisted, or rare, so do those
    of the same kind that stand beside it, as far as foreign names are written with their characters.

    Parameters
    ----------
    is_start : bool array (n,)
        Where words start, the dots for themselves.
    codes : uint32 array (n,)
    dots : int array
        Where the middle dots of names are, each between two Han characters.
    lexicon : Lexicon
        The words that are listed.

    Examples
    --------
    >>> codes = code_points("冯·诺依曼说")
    >>> marks = np.ones(6, bool)
    >>> join_names(marks, codes, np.array([1]), Lexicon(["说"], [90]))
    >>> marks.tolist()
    [True, False, False, False, False, True]
    """
    dots = dots[is_start.take(dots)]  # the others are part of a listed word
    if not len(dots):
        return
    starts = np.flatnonzero(is_start)
    ends = np.append(starts[1:], len(codes))
    places = np.searchsorted(starts, dots)
    near = distinct(np.clip(places[:, np.newaxis] + np.arange(-MOST, MOST + 1), 0, len(starts) - 1))
    loose = np.zeros(len(starts), np.bool_)
    loose[near] = _loose(codes, starts[near], ends[near], lexicon)

    def joined(words: Iterable[int]) -> list[int]:
        """Give the words that belong together, the first one always."""
        others = iter(words)
        first = next(others)
        return [first, *(itertools.takewhile(loose.__getitem__, others) if loose[first] else ())]

    for dot in places.tolist():
        after = joined(range(dot + 1, min(dot + MOST + 1, len(starts))))
        before = joined(range(dot - 1, max(dot - MOST - 1, -1), -1))
        is_start[starts[[dot, *after, *before[:-1]]]] = False


def _loose(codes: Codes, starts: Positions, ends: Positions, lexicon: Lexicon) -> Flags:
    """Tell which words may be pieces of names."""
    result: Flags = ends == starts + 1
    ids = lexicon.trie.ids_of(codes, starts, ends - starts)
    result |= (ids < 0) | (lexicon.counts.take(ids) <= RARE)
    others = np.append(0, np.cumsum(~_sounds().take(codes)))
    result &= others.take(ends) == others.take(starts)
    return result


@functools.cache
def _sounds() -> Flags:
    """Mark the characters that foreign names are written with; read-only and made once."""
    table = np.zeros(CODES, np.bool_)
    table[code_points(SOUNDS)] = True
    table.flags.writeable = False
    return table


TYPE = ord("型")
DESIGNS = (
    "歼 轰 运 直 强 教 苏 图 安 米格 伊尔 东风 巨浪 红旗 鹰击 霹雳 翼龙 长征 神舟 天舟 天宫 嫦娥 "
    "碳 钴 铀 钚 铯 锶 碘 钋 镭"
)
"""What a hyphen and a number make the name of a type of: aircraft, missiles, spacecraft, isotopes (歼-20, 碳-14)."""
SHORT = "2G 3G 4G 5G 6G 2D 3D 4D 2K 4K 8K 3A 4A 5A 3C 4S 卡拉OK"
"""Words of a digit and a letter, or of Han characters and letters; after other numbers letters are units (16|GB)."""
HYPHEN = ord("-")
SIGNS = code_points("-.,_")
"""After one of these a digit is a part of something longer (3.5|G)."""


def join_models(is_start: Flags, codes: Codes, kept: Flags | None = None) -> None:
    """Let no word begin inside letters and the digits behind them (C919, PM2.5), nor at the 型 after those, in place.

    Digits at the beginning and the letters behind them are two words (16|GB), and so are letters and 型 (O|型).

    Parameters
    ----------
    is_start : bool array (n,)
        Where words start.
    codes : uint32 array (n,)
    kept : bool array (n,), optional
        Where words begin, go on and have just ended that are cut as they are.

    Examples
    --------
    >>> codes = code_points("买C919型16GB")
    >>> marks = np.array([True, True, True, False, False, True, True, False, True, False])
    >>> join_models(marks, codes)
    >>> marks.nonzero()[0].tolist()
    [0, 1, 6, 8]
    """
    classes = char_classes().take(codes)
    is_inner = (classes[1:] >= DIGIT) & (classes[:-1] >= DIGIT)
    switch = np.flatnonzero(is_inner & (classes[1:] != classes[:-1])) + 1
    types = np.flatnonzero((codes[1:] == TYPE) & (classes[:-1] >= DIGIT)) + 1
    if len(switch):
        begins = np.flatnonzero(np.append(True, ~is_inner))  # of runs of letters and digits, and other characters
        inner = switch[classes.take(begins.take(np.searchsorted(begins, switch, "right") - 1)) == LATIN]
        _join(is_start, inner, kept)
    if len(types):
        types = types[is_start.take(types) & np.append(is_start, True).take(types + 1)]  # not 型 of 型号
        starts, digits = np.flatnonzero(is_start), np.flatnonzero(classes == DIGIT)
        before = starts.take(np.searchsorted(starts, types) - 1)
        has_digit = np.searchsorted(digits, before) < np.searchsorted(digits, types)
        types = types[has_digit & (classes.take(before) == LATIN)]
        _join(is_start, types, kept)


def join_types(is_start: Flags, codes: Codes, kept: Flags | None = None) -> None:
    """Let no word begin inside the names of types with a hyphen (歼-20, 碳-14), nor inside 5G and the like, in place.

    Before the hyphen stands a word of `DESIGNS`, so that ranges (第5-20页) and signs of numbers (气温-20度) stay apart.

    Parameters
    ----------
    is_start : bool array (n,)
        Where words start.
    codes : uint32 array (n,)
    kept : bool array (n,), optional
        Where words begin, go on and have just ended that are cut as they are.

    Examples
    --------
    >>> codes = code_points("轰-6K用5G")
    >>> marks = np.array([True, True, True, True, True, True, True])
    >>> join_types(marks, codes)
    >>> marks.nonzero()[0].tolist()
    [0, 4, 5]
    """
    classes = char_classes().take(codes)
    is_inner = classes >= DIGIT
    stops = np.append(np.flatnonzero(is_inner[:-1] > is_inner[1:]) + 1, len(codes))  # of letters and digits
    hyphens = np.flatnonzero(codes == HYPHEN)
    hyphens = hyphens[(hyphens > 0) & (classes.take(hyphens + 1, mode="clip") == DIGIT)]
    spans = []
    for length in (1, 2):
        begins = hyphens[hyphens >= length] - length
        begins = begins[is_start.take(begins) & is_start.take(begins + length)]
        begins = begins[_trie_of(DESIGNS).ids_of(codes, begins, np.full(len(begins), length)) >= 0]
        spans.append((begins, stops.take(np.searchsorted(stops, begins + length + 1, "right"))))
    is_letter = classes == LATIN
    letters = np.flatnonzero(is_letter[1:] > is_letter[:-1]) + 1
    before = classes.take(letters - 1)
    for back, kind in ((1, DIGIT), (2, HAN)):
        begins = letters[(before == kind) & (letters >= back)] - back
        ends = stops.take(np.searchsorted(stops, begins + back, "right"))
        is_whole = is_start.take(begins) & (ends <= begins + 2 * back)
        is_whole &= (begins == 0) | ~np.isin(codes.take(begins - 1), SIGNS)
        begins, ends = begins[is_whole], ends[is_whole]
        listed = _trie_of(SHORT).ids_of(codes, begins, ends - begins) >= 0
        spans.append((begins[listed], ends[listed]))
    starts, ends = (np.concatenate(some) for some in zip(*spans, strict=True))
    _join(is_start, ranges(starts + 1, ends - starts - 1), kept)


def _join(is_start: Flags, places: Positions, kept: Flags | None) -> None:
    """Let no word begin at some places, in place, but for those that are kept as they are."""
    is_start[places if kept is None else places[~kept.take(places)]] = False


@functools.cache
def _trie_of(words: str) -> Trie:
    """Give the trie of a few words with blanks between them; made once."""
    return Trie(words.split())
