"""The style sheet and the script of a report: page.css with its colours and fonts, page.js."""

from pathlib import Path

FONTS = (
    '"PingFang SC","Hiragino Sans GB","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","Microsoft YaHei",'
    '"WenQuanYi Micro Hei"'
)
"""Chinese fonts of macOS, of Linux and Android, and of Windows."""

LIGHT = {
    "paper": "#fbfaf7",
    "card": "#ffffff",
    "ink": "#1d2129",
    "soft": "#565d68",
    "line": "#e2ddd2",
    "mark": "#a3301f",
    "wash": "#f2e3dc",
    "c0": "#b3261e",
    "c1": "#1b5ea8",
    "c2": "#1b7239",
    "c3": "#8a5600",
    "c4": "#7a3d9e",
    "c5": "#006c76",
    "c6": "#a52c74",
    "c7": "#586600",
}
DARK = {
    "paper": "#15171b",
    "card": "#1c1f25",
    "ink": "#e9e6df",
    "soft": "#a9adb5",
    "line": "#31353d",
    "mark": "#f58c75",
    "wash": "#4a2f2a",
    "c0": "#ff8d7f",
    "c1": "#80baf7",
    "c2": "#7fd198",
    "c3": "#e8b653",
    "c4": "#cfa2f2",
    "c5": "#62cbd7",
    "c6": "#f68fc9",
    "c7": "#c4d15e",
}
COLOURS = 8


def _variables(colours: dict[str, str]) -> str:
    """Write colours as variables."""
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


SHORT = 15
"""Rows that are shown before the button that shows all is pressed."""


def style_sheet() -> str:
    """Write the style sheet."""
    colours = "".join(
        f".f{i}{{background:var(--c{i});fill:var(--c{i})}}svg .c{i}{{fill:var(--c{i})}}" for i in range(COLOURS)
    )
    return (
        f":root{{color-scheme:light dark;--han:{FONTS};{_variables(LIGHT)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}\n"
        f"{_page_file('page.css')}{colours}"
    )


def script() -> str:
    """Write the script."""
    return _page_file("page.js")


def _page_file(name: str) -> str:
    """Read a file that is installed beside this one; SHORT in it is the number of rows that are shown at first."""
    text = Path(__file__).with_name(name).read_text("utf-8")
    return text.replace("n + SHORT", f"n + {SHORT + 1}").replace("SHORT", str(SHORT))
