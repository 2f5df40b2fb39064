"""Pages on the web: which address is one, and where on it a second of a recording is."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_LONGEST = 2_000
# No name or password of somebody, and nothing that only looks like a host.
_HOST = re.compile(r"[\w.-]+(?::\d{1,5})?")
# Percent signs stay: an address is encoded already, as far as it is.
_KEPT = "%/:=&?~+!,;@"


def web_address(text: str | None) -> str | None:
    """Return an address of a page with all that is odd in it encoded; None for anything else.

    Args:
        text: As a table or a tag has it; `http` and `https` alone are pages.
    """
    text = (text or "").strip()
    if len(text) > _LONGEST or len(text.split()) != 1:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets without an end
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        return None
    encoded = (quote(part, safe=_KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, parts.netloc, *encoded))


def page_at(address: str, seconds: float | None) -> str:
    """Return the address of a page at a second of its recording.

    YouTube takes `t=83`, Vimeo `#t=83s`, SoundCloud `#t=1:23`, as their share buttons write them;
    anything else gets a media fragment (https://www.w3.org/TR/media-frags/, 4.2.1), which players
    of pages and files of sound understand, and others pass over. An address that has a fragment of
    its own stays as it is.

    Args:
        address: See `web_address`.
        seconds: From the beginning of the recording; None for the page as it is.
    """
    whole = int(seconds or 0)
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if not whole:
        return address
    if host in ("youtube.com", "music.youtube.com", "youtu.be", "youtube-nocookie.com"):
        others = [(k, v) for k, v in parse_qsl(parts.query) if k not in ("t", "start")]
        return urlunsplit(parts._replace(query=urlencode([*others, ("t", whole)])))
    if parts.fragment:
        return address
    time = str(whole)
    if host in ("vimeo.com", "player.vimeo.com"):
        time = f"{whole}s"
    elif host == "soundcloud.com":
        time = f"{whole // 60}:{whole % 60:02d}"
    return urlunsplit(parts._replace(fragment=f"t={time}"))
