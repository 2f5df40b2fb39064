"""What the guard itself answers: plain pages that say what to do."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>hilbert</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<style>html {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 38rem; margin: 3rem auto;
padding: 0 1rem; }}</style></head>
<body><h1>hilbert</h1>{body}</body></html>
"""
_NOT_KEPT = {"cache-control": "no-store"}


def foreign_host(host: str) -> HTMLResponse:
    """Say that the app does not answer under a name."""
    return _page(
        f"<p>This app does not answer under the name <b>{escape(host) or '(none)'}</b>.</p>"
        "<p>Open the address that <code>hilbert app</code> printed. If you serve the app under "
        "this name on purpose, start it with <code>--allow-host</code> and the name.</p>",
        403,
    )


def foreign_page() -> HTMLResponse:
    """Say that another page asked."""
    return _page("<p>Another page asked for this; only pages of this app may.</p>", 403)


def token_wanted(*, wrong: bool) -> HTMLResponse:
    """Say that only the printed address lets a visitor in.

    The link asks anew from a page of this app: a browser keeps the cookie from what a link on a
    foreign site opens.

    Args:
        wrong: The address held a token that does not belong to this start.
    """
    why = (
        "<p>The token in this address belongs to another start of the app.</p>"
        if wrong
        else "<p>This browser has not been let in yet.</p>"
    )
    return _page(
        f"{why}<p>Open the address that <code>hilbert app</code> printed in the terminal, the one "
        "with <code>?token=</code> in it; links open after that. Each start prints a new one.</p>"
        "<p>If this browser has opened it before, and a link on another site led here: "
        '<a href="">open the link</a>.</p>',
        403,
    )


def go_on(address: str) -> HTMLResponse:
    """Lead to an address from a page of this app, where a redirect would come without cookie."""
    target = escape(address, quote=True)
    return _page(
        f'<p><a href="{target}">Open hilbert</a></p>',
        200,
        head=f'<meta http-equiv="refresh" content="0;url={target}">',
    )


def _page(body: str, status: int, head: str = "") -> HTMLResponse:
    return HTMLResponse(_PAGE.format(head=head, body=body), status, _NOT_KEPT)
