"""The Python of the manuals is typed (it stands in tests/front_door.py), runs without a warning, and leaves nothing."""

import gzip
import inspect
import re
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from front_door import design, library, readme

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("manual", "function"), [("README.md", readme), ("nlpzero/README.md", library)])
def test_the_python_of_a_manual_is_what_type_checkers_see(manual: str, function: Callable[[], None]) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / manual).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    source = textwrap.dedent(inspect.getsource(function).split("\n", 1)[1])
    assert max(blocks, key=len) == source


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the sample data."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_every_command_can_be_done_in_python(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library()
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "72"
    assert "word counts [('的', 896), ('一', 693)]" in shown
    assert any(line.startswith("[Hit(number=1, text='小船停在岸边'") for line in shown)  # the boat lay at the bank
    written = {"all.runs", "counts.npz", "report.html", "templates.jsonl", "links.npz", "vectors.txt", "index.npz"}
    assert {path.name for path in folder.iterdir()} == {"data", *written}


def test_the_first_lines_of_python_that_a_newcomer_writes(folder: Path) -> None:
    (folder / "corpus.txt.gz").write_bytes(gzip.compress("江上有船，船在江上。\n".encode("gb18030") * 9))
    design([["茶", "酒"], ["茶"], ["茶", "酒", "米"]])  # tea, wine, rice
    assert {path.name for path in folder.iterdir()} == {"data", "corpus.txt.gz", "segmenter.npz"}
