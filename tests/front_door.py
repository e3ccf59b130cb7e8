"""The Python of the manuals, so that type checkers see it: tests/test_front_door.py compares and runs it."""


def readme() -> None:
    import nlpzero as nz

    found = nz.discover("data/stories.txt")  # a path, paths, a Corpus, or a list of texts
    print(found["沈渡棠"].count, found.words[:3])
    cut = found.cutter  # or nz.dictionary(), nz.jieba(), nz.load_cutter("words.tsv")
    print(cut("罗砚舟在青桅坊修好了橹簧。"))
    cut.save("cutter.npz")
    templates = nz.find_templates("data/stories.txt", cut=cut)
    print(str(templates[0]), templates[0].count)
    for rule in nz.find_rules([["茶", "酒"], ["茶"], ["茶", "酒", "米"]], min_support=2):
        print(rule.antecedent, rule.consequent, rule.confidence)
    vectors = nz.train_vectors("data/stories.txt", cut=cut, dim=50)
    print(vectors.nearest("河", top=3))
    print(nz.similarity("渔夫把小船停在河边", "河上有一条船"))
    with nz.Job(workers=2, memory="1G"):
        nz.discover(nz.Corpus("data/stories.txt", encoding="utf-8"))


def library() -> None:
    import nlpzero as nz

    stories = "data/stories.txt"

    # discover; --explain; --new; count and merge; discover --counts
    found = nz.discover(stories, "esa", nz.Parameters(min_count=3))
    print(nz.explain(found, stories, "沈渡棠").count)
    new = nz.find_new_words(stories, parameters=nz.SeekParameters(min_count=5))
    print(new.words[:3], new.probabilities[:3], nz.reasons_of(new, "河息", nz.KnownWords.of_jieba()).is_new)
    parts = [nz.count_ngrams(nz.Corpus(stories, shard=(i, 2)), 4) for i in (1, 2)]
    nz.merge_ngrams(parts).save("all.runs")
    words = nz.discover(stories, counted=nz.NGramTable.load("all.runs")).words

    # segment --learn --lexicon jieba
    print(nz.learn_cutter(stories, parameters=nz.Parameters(rounds=2)).segment("罗砚舟在青桅坊修好了橹簧。", "/"))

    # segment: --userdict, --force, --grain, --stop, --hmm, --learn-new, --search
    own = nz.dictionary().with_words(nz.Lexicon(["青桅坊"], [5]))
    forced = nz.ForcedCutter(own, nz.Lexicon(["橹簧"]))
    cut = nz.StopCutter(nz.GrainCutter(forced, nz.Grain(dates=True)), frozenset("。"))
    print(words[0], cut("2009年罗砚舟在青桅坊修好了橹簧。"), nz.HmmCutter()("孟小帆来了"))
    if added := nz.additions(new, nz.dictionary()):
        print(nz.dictionary().with_words(added).segment("纪芒上了岸。", "/"))
    print(nz.InnerWords(frozenset(nz.dictionary().known.words))("长江大桥"))

    # export, score --mistakes
    print(nz.export(nz.Lexicon(new.words, new.counts), "hanlp")[:20])
    lines = [("罗砚舟 在 青桅坊", "罗砚舟 在 青 桅坊")]
    compared = nz.compare_cuts([gold for gold, _ in lines], [ours for _, ours in lines])
    print(compared.score.f1, compared.interval(100), compared.mistakes.most_common(1))

    # words, keyness, kwic, collocates, keywords, report, info
    counts = nz.word_frequencies(stories)
    counts.save("counts.npz")
    print(nz.describe("counts.npz").kind, counts.most_common(2))
    print(next(iter(nz.keyness(["江上有船，船来了。\n"] * 9, counts))).word)
    print(next(nz.concordance(stories, "码头")).right, next(iter(nz.collocates(stories, "码头"))).collocate)
    print(next(nz.keywords(stories)))
    nz.make_report(stories, options=nz.ReportOptions(sections=("corpus",))).save("report.html")

    # templates, parse, links, parse --method links, score --trees
    templates = nz.find_templates(stories)
    templates.save("templates.jsonl")
    print(nz.TemplateTable.load("templates.jsonl").parse("他在码头上替她量雾。")[0].words)
    parser = nz.find_links(stories)
    parser.save("links.npz")
    tree = nz.LinkParser.load("links.npz").parse(nz.dictionary()("他在码头上替她量雾。"))
    print(tree.heads)

    # rules: baskets of files and of text, sets, tests
    baskets = nz.read_baskets("data/baskets.csv")
    print(nz.find_sets(baskets, min_support=0.05, kind="closed")[:2])
    choice = nz.RuleChoice(nz.Constraint(rhs=frozenset(["鸡蛋"])), {"lift": 2}, significant=0.05)
    for rule in nz.find_rules(baskets, min_support=0.04, choice=choice, sort="zhang", top=2):
        print(rule, rule.measures["zhang"])
    print(nz.find_rules(nz.text_baskets(stories), min_support=5, min_confidence=0.3, top=1))

    # glove count, merge, train, convert, nearest, analogy, compare, keywords, evaluate, communities
    pairs = nz.count_pairs(stories, cutter=nz.dictionary())
    vectors = nz.train_vectors(nz.merge_counts([pairs, pairs]), dim=20, parameters=nz.GloveParameters(solver="sgd"))
    vectors.save("vectors.txt")
    vectors = nz.Vectors.load("vectors.txt")
    print(vectors.nearest("码头", top=2), vectors.analogy("他", "她", "船", top=1), vectors.compare("河", "船"))
    print(vectors.keywords(nz.dictionary()("船靠了码头，人上了船。"), top=2))
    print(nz.score_pairs(vectors, [("河", "船", 7.0), ("河", "人", 2.0), ("船", "纸", 1.0)]).spearman)

    # similar: --align, --search, --index, --embed, --dedup
    print(nz.alignment("渔夫把小船停在河边", "河上有一条船")[0])
    index = nz.TextIndex(["天黑了", "小船停在岸边"])
    index.save("index.npz")
    print(nz.TextIndex.load("index.npz").search("船靠了码头", top=1))
    print(nz.embeddings(["河上有船"]).shape, nz.near_duplicates(["河上有船\n", "河上有船。\n"]))


def design(baskets: list[list[str]]) -> None:
    import nlpzero as nz

    found = nz.discover("data/stories.txt", method="entropy")
    found["沈渡棠"].count, found.words[:3]
    cut = found.cutter
    cut("罗砚舟在青桅坊修好了橹簧。")
    cut.save("segmenter.npz")
    templates = nz.find_templates("data/stories.txt", cut=cut)
    for rule in nz.find_rules(baskets, min_support=2):
        rule.antecedent, rule.consequent, rule.confidence
    vectors = nz.train_vectors("data/stories.txt", cut=cut, dim=50)
    vectors.nearest("河", top=3)
    nz.similarity("渔夫把小船停在河边", "河上有一条船")
    with nz.Job(workers=4, memory="2G"):
        nz.discover(nz.Corpus("corpus.txt.gz", encoding="gb18030"))
    assert templates and nz.load_cutter("segmenter.npz")("沈渡棠来了") == nz.jieba().with_words(nz.Lexicon(["沈渡棠"]))(
        "沈渡棠来了"
    )
