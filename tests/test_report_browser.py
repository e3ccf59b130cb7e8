"""The page of a report in a real browser: headless Chromium, where there is one."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import nlpzero as nz
from nlpzero.report.material import ReportOptions
from nlpzero.segment.cutter import BLANKS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NO CHROMIUM: the page of reports is not tested; apt-get install chromium"
)

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--enable-logging=stderr", "--hide-scrollbars", "--disable-component-update"),
)

ACTIONS = """
const found = { scripts: document.scripts.length, hacked: "hacked" in window };
const click = (element) => element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
const box = document.getElementById("frequent"), column = (i) => [...box.tBodies ?? box.querySelectorAll("tbody tr")]
  .filter((row) => getComputedStyle(row).display !== "none").map((row) => row.cells[i].textContent);
found.words = column(0);
const heads = [...box.querySelectorAll("th")], button = (i) => heads[i].querySelector("button");
click(button(1)); found.falling = column(1).map((t) => +t.replace(/,/g, "")); found.sort = heads[1].ariaSort;
click(button(1)); found.rising = column(1).map((t) => +t.replace(/,/g, ""));
click(button(0)); found.named = column(0); found.sorts = heads.map((head) => head.ariaSort);
const more = box.nextElementSibling; found.more = more.textContent;
click(more); found.all = column(0).length; click(more); found.short = column(0).length;
const input = box.previousElementSibling.querySelector("input");
const search = (text) => { input.value = text; input.dispatchEvent(new Event("input")); return column(0); };
found.searched = search("<SCR"); found.told = input.nextElementSibling.textContent; search("");
click([...box.querySelectorAll("a")].find((link) => link.textContent.startsWith("<scr")));
const dialog = document.querySelector("dialog");
found.open = dialog.open; found.lines = dialog.querySelectorAll("li").length;
found.line = dialog.querySelector("li b").textContent;
click(dialog.querySelector(".close")); found.closed = !dialog.open;
const controls = [...document.querySelectorAll("button, input, a[href]")];
found.focusable = controls.every((one) => one.tabIndex === 0);
found.named_controls = controls.every((one) => one.textContent.trim() || one.ariaLabel);
found.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
found.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
const result = document.createElement("pre"); result.id = "result"; result.textContent = JSON.stringify(found);
document.body.append(result);
"""


def browse(path: Path, size: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Show a page, and give what became of it and what was said on the console."""
    assert CHROMIUM is not None
    profile = path.parent / f"profile-{size}"
    flags = [*FLAGS, f"--user-data-dir={profile}", f"--window-size={size}", *more, "--dump-dom", path.as_uri()]
    return subprocess.run([CHROMIUM, *flags], capture_output=True, encoding="utf-8", timeout=110, check=True)


def console(stderr: str) -> list[str]:
    """Give what the page wrote on the console."""
    return [line for line in stderr.splitlines() if "CONSOLE" in line]


def outside(log: dict[str, Any]) -> list[str]:
    """Give the addresses outside that were asked for, but for those of the browser's own."""
    kinds = log["constants"]["logEventTypes"]
    wanted = {kinds["URL_REQUEST_START_JOB"]}
    urls = [event.get("params", {}).get("url", "") for event in log["events"] if event["type"] in wanted]
    return [url for url in urls if url.startswith("http") and not re.search(r"//[^/]*(google\w*|gvt1)\.com/", url)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report of a text with markup in it, and let the browser act on it."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    bad = '<script>window.hacked=1</script><img/src="x"onerror="window.hacked=1">'
    lines = [f"江{i % 37} 船 {bad} 水{i % 11} 江 {'山 ' * (i % 3)}" for i in range(200)]
    options = ReportOptions(sections=("corpus", "frequent", "spread"), extend=False, title=bad)
    text = nz.make_report(["\n".join(lines) + "\n"], options=options, cut=BLANKS).html()
    path.write_text(text.replace("</body>", f"<script>{ACTIONS}</script></body>"), encoding="utf-8")
    return path


def acted(dom: str) -> dict[str, Any]:
    """Read what the actions found."""
    match = re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)
    assert match is not None, dom[-2000:]
    found: dict[str, Any] = json.loads(unescape(match[1]))
    return found


def test_the_page_works_and_no_request_leaves_it(page: Path) -> None:
    log = page.parent / "net.json"
    done = browse(page, "1280,900", f"--log-net-log={log}")
    assert console(done.stderr) == []
    found = acted(done.stdout)
    assert (found["scripts"], found["hacked"]) == (2, False)
    assert any(word.startswith("<script>window.hacked=1</script>") for word in found["words"])
    assert found["falling"] == sorted(found["falling"], reverse=True) and found["falling"] != found["rising"]
    assert found["rising"] == sorted(found["rising"])
    assert found["sort"] == "descending" and found["sorts"][:2] == ["ascending", "none"]
    assert found["named"] != found["words"] and len(found["named"]) == len(found["words"]) == found["short"] == 15
    assert found["all"] > 15 and found["more"] == f"Show all {found['all']} rows"
    assert len(found["searched"]) == 1 and found["told"] == f"1 of {found['all']} rows"
    assert found["open"] and found["closed"] and 1 <= found["lines"] <= 4
    assert found["line"].startswith("<script>")
    assert found["focusable"] and found["named_controls"]
    assert found["requests"] == []
    assert outside(json.loads(log.read_text("utf-8"))) == []


@pytest.mark.parametrize("size", ["360,800", "1280,900"])
def test_the_page_is_never_wider_than_the_screen(page: Path, size: str) -> None:
    assert acted(browse(page, size).stdout)["wide"] <= 0
