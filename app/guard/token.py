"""The token of a start: in the address that is printed, exchanged for a cookie at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote_plus

PARAMETER = "token"
_BYTES = 32


def _new_session() -> str:
    return secrets.token_urlsafe(_BYTES)


@dataclass(frozen=True)
class Token:
    """What lets a visitor in.

    Attributes:
        value: In the address that is printed; empty where everyone on this machine is let in.
        port: Of the server. Cookies do not tell ports apart, so their names have to.
    """

    value: str = field(repr=False)
    port: int
    _session: str = field(default_factory=_new_session, init=False, repr=False)

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"hilbert-{self.port}"

    def opens(self, query: str) -> bool:
        """Whether the query of an address holds the token."""
        if not self.value:
            return False
        return any(
            name == PARAMETER and _equal(given, self.value) for name, given in parse_qsl(query)
        )

    def admits(self, cookies: str) -> bool:
        """Whether a `Cookie` header holds the cookie that the token was exchanged for."""
        if not self.value:
            return True
        return any(_equal(each, self._session) for each in _values(cookies, self.cookie))

    def set_cookie(self, *, secure: bool) -> str:
        """Return the `Set-Cookie` header.

        No script reads the cookie, no request that a foreign site makes carries it, and it ends
        with the browser. `secure`: only over TLS.
        """
        value = f"{self.cookie}={self._session}; Path=/; HttpOnly; SameSite=Strict"
        return f"{value}; Secure" if secure else value


def has_token(query: str) -> bool:
    """Whether a query holds a token, a right or a wrong one."""
    return any(unquote_plus(part.partition("=")[0]) == PARAMETER for part in query.split("&"))


def without_token(path: str, query: str) -> str:
    """Return an address, relative to `path`, that opens the same without a token.

    It is relative, since a proxy may have put something before the path; and since `//other/`,
    as a path, would be an address elsewhere.
    """
    kept = [p for p in query.split("&") if p and not has_token(p)]
    last = quote(path.rpartition("/")[2])
    return f"./{last}" + ("?" + "&".join(kept) if kept else "")


def _equal(given: str, wanted: str) -> bool:
    """Compare in a time that does not tell how much of it is right."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _values(header: str, name: str) -> list[str]:
    """Values of a cookie: another program of this host may have set one of the same name."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return [value for key, _, value in pairs if key == name]
