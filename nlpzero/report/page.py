"""The page of a report: one HTML file that asks for nothing from outside."""

from collections.abc import Mapping
from typing import Any

from .markup import PageWords, escaped
from .sections import SECTIONS
from .style import script, style_sheet
from .views import contexts_view, title_language

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""Tells browsers to load nothing from outside, whatever the page holds."""


def write_page(title: str, facts: Mapping[str, Any], missing: Mapping[str, str], page: PageWords, version: str) -> str:
    """Write the page.

    Parameters
    ----------
    title : str
    facts : mapping of str to facts
        Of each section.
    missing : mapping of str to str
        Why a section has none.
    page : PageWords
    version : str
        Of nlpzero.
    """
    names = [name for name in SECTIONS if name in facts or name in missing]
    links = "".join(f'<li><a href="#{name}-section">{escaped(SECTIONS[name].short)}</a></li>' for name in names)
    sections = []
    for name in names:
        kind = SECTIONS[name]
        body = kind.view(facts[name], page) if name in facts else f'<p class="none">{escaped(missing[name])}</p>\n'
        sections.append(_section(f"{name}-section", kind.title, body))
    if page.numbers:
        links += '<li><a href="#contexts">Lines</a></li>'
        sample = (
            "<p>A sample of the lines of each word that is shown above, with the numbers of the lines. "
            f'All lines: </p><pre class="cmd" tabindex="0"><code>nlpzero kwic WORD CORPUS</code></pre>\n'
            '<details class="fold"><summary>'
            f"Lines of {len(page.numbers):,} words</summary>\n{contexts_view(page)}</details>\n"
        )
        sections.append(_section("contexts", "Lines in context", sample))
    language = title_language(title)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{style_sheet()}\n</style></head>\n"
        '<body><a class="skip" href="#main">To the contents</a>\n'
        f"<header><h1{language}>{escaped(title)}</h1><p>A corpus at a glance. Words with a line under them show "
        "where they stand.</p></header>\n"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n<main id="main">\n{"".join(sections)}</main>\n'
        f"<footer>Made by nlpzero {escaped(version)}: <code>nlpzero report</code>.</footer>\n"
        f"<script>\n{script()}</script>\n</body></html>\n"
    )


def _section(name: str, title: str, body: str) -> str:
    """Write a section."""
    head = f'<h2 id="{name}-title">{escaped(title)}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-title">{head}\n{body}</section>\n'
