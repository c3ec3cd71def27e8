"""A report as one page that needs nothing else: no script, no link, no picture, nothing fetched."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from llmsec_tui.text import visible

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --quiet: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { border-bottom: 1px solid var(--line); margin-top: 2rem; }
h1 code, h3 code { font: inherit; background: none; padding: 0; }
code { font: 13px ui-monospace, monospace; background: #8882; padding: .1em .3em; border-radius: .2em; }
code, pre { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: #8882; padding: .6rem; border-left: 3px solid var(--line); }
pre code { background: none; padding: 0; }
blockquote { margin: 0; padding: .5rem 1rem; border-left: 4px solid #c60; background: #c601; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; }
td { vertical-align: top; } li { margin: .25rem 0; } @media print { body { max-width: none; } }
"""
_OFF = ("link", "image", "autolink", "entity", "html_block", "html_inline", "reference")
"""What the report never writes on purpose. Values stand in code, where it means nothing; this is the second lock."""


def page(title: str, markdown: str) -> bytes:
    """The page of a Markdown text in which every value stands in code, or is plain words."""
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable(list(_OFF))
    body = renderer.render(markdown)
    digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(visible(title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    ).encode()
