"""Names that the app answers under, and pages that may ask it: against rebinding and forgery."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = re.compile(r"[\w.:-]+")  # of a machine, or an IPv6 address
_OTHER_SITES = frozenset({"cross-site", "same-site"})


@dataclass(frozen=True)
class Hosts:
    """Names under which the app may be asked.

    A foreign name that resolves to this machine (DNS rebinding) makes a browser take the app for
    a part of a foreign site; the `Host` header tells.

    Attributes:
        names: Host names, lower case, without port.
        origins: `host` or `host:port` of pages that may ask under another `Host`: those of a
            reverse proxy that changes it.
    """

    names: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, allowed: Iterable[str]) -> Hosts:
        """Allow the names of the loopback interface, and others, with or without a port."""
        others = frozenset(name.lower() for name in allowed)
        return cls(_LOOPBACK | {host_name(name) for name in others}, others)

    def has(self, host: str) -> bool:
        """Whether a `Host` header names this app; its port may be that of a tunnel or a proxy."""
        return host_name(host) in self.names

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Whether the page of an `Origin` header is one of this app, asked as `host`.

        Another port is another origin: a page of another program on this machine is foreign.
        """
        asking = urlsplit(origin).netloc.lower() if "://" in origin else ""
        return bool(asking) and (asking == host.lower() or asking in self.origins)


def host_name(host: str) -> str:
    """Return the name in a `Host` header; empty where it is none."""
    try:
        parts = urlsplit(f"//{host}")
        name = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return ""
    whole = parts.netloc == host and "@" not in host
    return name.rstrip(".") if whole and _NAME.fullmatch(name) else ""


def is_foreign_request(headers: Mapping[str, str], method: str, hosts: Hosts) -> bool:
    """Whether a page of another origin makes a request (Fetch Metadata, W3C; else `Origin`).

    Pages may link to the app: what a visitor opens in a window of its own is let in. Cookies do
    not tell ports apart, so that those of the app come with requests of a page on another port.
    """
    site = headers.get("sec-fetch-site", "")
    if site in _OTHER_SITES:
        opened = headers.get("sec-fetch-mode") == "navigate"
        return not (opened and headers.get("sec-fetch-dest") == "document" and method == "GET")
    origin = headers.get("origin")
    if site == "same-origin" or origin is None:
        return False
    return not hosts.is_own_origin(origin, headers.get("host", ""))
