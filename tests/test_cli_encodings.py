"""`--encoding` and `--errors` hold for every file that a command reads."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nlpzero_cli.main import main

FILES = {
    "text": "老徐在竹桥下摇渡船\n水涨了\n" * 6,  # Lao Xu rows the ferry under the bamboo bridge; the water is rising
    "words": "老徐 3\n竹桥 2\n渡船 2\n",
    "stop": "了\n",
    "vectors": "老徐 1 0\n竹桥 0.5 1\n渡船 0.2 0.8\n水 0.3 0.1\n",
    "weights": "老徐 2\n竹桥 1\n渡船 1\n水 1\n",
    "pairs": "老徐 竹桥 3\n竹桥 渡船 2\n老徐 渡船 1\n",
    "analogies": ": 一\n老徐 竹桥 渡船 水\n",
    "questions": "竹桥\n",
    "templates": "template\tcount\n在 [X] 上\t3\n",
    "lines": "老徐在竹桥\t竹桥下\n",
}

COMMANDS = [
    "discover --min-count 1 --known words text",
    "discover --new --min-count 2 --min-probability 0 --known words text",
    "segment --lexicon words text",
    "segment --userdict words text",
    "score --lexicon words text text",
    "templates --lexicon words --method paths --min-proba 0.001 --trivial text",
    "parse --templates templates --lexicon words text",
    "rules --input text --lexicon words --stop stop --min-support 1 text",
    "glove count --lexicon words --min-count 1 -o counts.npz text",
    "glove nearest vectors 竹桥",
    "glove nearest vectors < questions",
    "glove analogy vectors 老徐 竹桥 渡船",
    "glove compare vectors 老徐 竹桥",
    "glove keywords --lexicon words vectors text",
    "glove evaluate vectors --pairs pairs --analogies analogies",
    "glove convert vectors vectors.npz",
    "similar --method wmd --vectors vectors --weights weights --lexicon words --pairs lines",
]


def run(line: str, *more: str) -> Result:
    """Run a command line; `< file` at its end is its standard input."""
    command, _, source = line.partition(" < ")
    given = Path(source).read_bytes() if source else b""
    return CliRunner().invoke(main, [*command.split(), *more], input=given)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a directory with the files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(encoding: str, **bad: bytes) -> None:
    """Write the files."""
    for name, text in FILES.items():
        Path(name).write_bytes(text.encode(encoding) + bad.get(name, b""))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_file_is_read_in_the_encoding_that_is_given(line: str) -> None:
    write("utf-8")
    expected = run(line)
    assert (expected.exit_code, "error" in expected.stderr) == (0, False), expected.stderr
    assert expected.stdout or "-o" in line or "convert" in line
    write("gb18030")
    refused = run(line)
    assert (refused.exit_code, refused.stderr.count("--encoding gb18030")) == (1, 1), refused.stderr
    assert run(line, "--encoding", "gb18030").stdout == expected.stdout


@pytest.mark.parametrize("line", COMMANDS)
def test_bad_bytes_of_every_file_can_be_replaced(line: str) -> None:
    for name in FILES:
        if name not in line.replace("<", "").split():
            continue
        write("utf-8", **{name: b"\xff 1 2\n" if name in ("vectors", "pairs") else b"\xff 1\n"})
        if name in ("analogies", "templates", "lines"):  # where a line of other words is none
            continue
        refused = run(line)
        assert refused.exit_code == 1, name
        assert f"{'<stdin>' if '<' in line and name == 'questions' else name}: line " in refused.stderr, refused.stderr
        replaced = run(line, "--errors", "replace")
        assert (replaced.exit_code, "--errors" in replaced.stderr) == (0, False), replaced.stderr
