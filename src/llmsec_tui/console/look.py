"""How things look: the theme, the colours that both palettes share by name, and the named styles of spans."""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme

from llmsec_tui.console.safe_text import Line, fit

LETTERS = {"critical": "C", "high": "H", "medium": "M", "low": "L", "informational": "I"}

NIGHT = Theme(
    name="llmsec-night",
    primary="#7aa2d9",
    secondary="#5f87af",
    accent="#9cc3e6",
    foreground="#c5ccd6",
    background="#0f1318",
    surface="#151a21",
    panel="#1a2129",
    success="#8ab87c",
    warning="#dbac5c",
    error="#e5706b",
    dark=True,
)

NIGHT_COLOURS = {
    "level-critical": "#ff6b81",
    "level-high": "#ef9a5a",
    "level-medium": "#dbc15c",
    "level-low": "#6fa8dc",
    "level-informational": "#8792a0",
    "quiet": "#7d8895",
    "faint": "#46505c",
    "cursor": "#263445",
    "cursor-away": "#1c242e",
    "found": "#5c4516",
}

TERMINAL_COLOURS = {
    "level-critical": "ansi_bright_red",
    "level-high": "ansi_red",
    "level-medium": "ansi_yellow",
    "level-low": "ansi_blue",
    "level-informational": "ansi_default",
    "quiet": "ansi_default",
    "faint": "ansi_bright_black",
    "cursor": "ansi_default",
    "cursor-away": "ansi_default",
    "found": "ansi_default",
}

_FOREGROUNDS = {
    **{f"level.{level}": f"level-{level}" for level in LETTERS},
    "quiet": "quiet",
    "faint": "faint",
    "accent": "accent",
    "primary": "primary",
    "good": "success",
    "warn": "warning",
    "bad": "error",
    "role.system": "quiet",
    "role.developer": "quiet",
    "role.user": "primary",
    "role.assistant": "success",
    "role.tool": "warning",
    "role.harness": "quiet",
}

_BACKGROUNDS = ("cursor", "cursor-away", "found")


class Look:
    """Styles by name, made of the colours of the theme in use."""

    def __init__(self, variables: Mapping[str, str], *, sixteen_colours: bool) -> None:
        colour = {name: Color.parse(variables[name]).rich_color for name in (*_FOREGROUNDS.values(), *_BACKGROUNDS)}
        plain = {name: Style(color=colour[variable]) for name, variable in _FOREGROUNDS.items()}
        bold = Style(bold=True)
        mark = Style(reverse=True)
        self._styles = {
            "": Style(),
            "strong": bold,
            **plain,
            **{f"{name}.strong": style + bold for name, style in plain.items()},
            **{f"badge.{level}": plain[f"level.{level}"] + bold for level in LETTERS},
            "badge.critical": plain["level.critical"] + bold + mark,
            "here": plain["primary"] + bold + mark,
            "heading": plain["quiet"] if not sixteen_colours else bold,
            "section": plain["accent"] + bold,
            "masked": plain["accent"] + Style(italic=True, bold=sixteen_colours),
            "key": plain["primary"] + Style(bold=True, underline=True),
            "here.key": plain["primary"] + Style(bold=True, underline=True) + mark,
            "found": bold + mark
            if sixteen_colours
            else Style(bgcolor=colour["found"], color=colour["warning"], bold=True),
        }
        self.cursor = mark if sixteen_colours else Style(bgcolor=colour["cursor"])
        self.cursor_away = bold if sixteen_colours else Style(bgcolor=colour["cursor-away"])

    def __getitem__(self, name: str) -> Style:
        return self._styles[name]

    def strip(self, line: Line, width: int, base: Style) -> Strip:
        """A line as exactly ``width`` cells."""
        pieces = fit(line, width)
        return Strip([Segment(piece.text, base + self._styles[piece.style]) for piece in pieces if piece.text], width)


def level_style(level: str) -> str:
    """The style of a level; an unknown one, from a rule of somebody else's, looks informational."""
    return f"level.{level if level in LETTERS else 'informational'}"


def badge(level: str) -> tuple[str, str]:
    """A level as its letter on three cells, and the style of that."""
    known = level if level in LETTERS else "informational"
    return f" {LETTERS[known]} ", f"badge.{known}"
