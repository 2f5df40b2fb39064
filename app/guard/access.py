"""The guard before Streamlit: ASGI middleware that every request and WebSocket passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response

from app.guard import answers
from app.guard.hosts import Hosts, is_foreign_request
from app.guard.token import Token, has_token, without_token

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1
# Streamlit's own: they let pages of other origins read, of which there are none here.
_CORS = "access-control-"


@dataclass(frozen=True)
class AccessGuard:
    """Lets in who came with the token of this start, under a name of this app, from its pages.

    Attributes:
        app: What is guarded.
        hosts: Names of the app.
        token: What a visitor must have.
        headers: Of every response.
    """

    app: ASGIApp
    hosts: Hosts
    token: Token
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or pass it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            send = self._with_headers(send)
            refusal = self._answer(scope)
            await (refusal or self.app)(scope, receive, send)
        else:
            raise ValueError(f"the app does not speak {scope['type']}")

    def _answer(self, scope: Scope) -> Response | None:
        """Return what this guard answers itself; None where the request may pass."""
        headers = Headers(scope=scope)
        host = _host(headers)
        if not self.hosts.has(host):
            return answers.foreign_host(host)
        if is_foreign_request(headers, scope["method"], self.hosts):
            return answers.foreign_page()
        query = scope["query_string"].decode("latin-1")
        admitted = self.token.admits(_cookies(headers))
        if has_token(query) and scope["method"] in ("GET", "HEAD"):
            opened = self.token.opens(query)
            if opened or admitted:
                return self._exchange(scope, headers, query, opened)
        return None if admitted else answers.token_wanted(wrong=has_token(query))

    def _exchange(self, scope: Scope, headers: Headers, query: str, opened: bool) -> Response:
        """Take the token out of the address, so that no link that is copied has it."""
        address = without_token(scope["path"], query)
        response: Response
        # A browser follows a redirect as if the foreign site asked, so without our cookie.
        if headers.get("sec-fetch-site") == "cross-site":
            response = answers.go_on(address)
        else:
            response = RedirectResponse(address, 303, {"cache-control": "no-store"})
        if opened:
            cookie = self.token.set_cookie(secure=scope["scheme"] == "https")
            response.headers.append("set-cookie", cookie)
        return response

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host, origin = _host(headers), headers.get("origin")
        known = self.hosts.has(host) and self.token.admits(_cookies(headers))
        if not known or not (origin is None or self.hosts.is_own_origin(origin, host)):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if origin is not None:
            # Streamlit asks the network for this machine's addresses when origin and host differ.
            scope = {**scope, "headers": list(scope["headers"])}
            MutableHeaders(scope=scope)["origin"] = f"http://{host}"
        await self.app(scope, receive, send)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [n for n in headers if n.startswith(_CORS)]:
                    del headers[name]
                for name, value in self.headers.items():
                    headers[name] = value
            await send(message)

        return sending


def _host(headers: Headers) -> str:
    """Return the host that is asked; empty where there are several."""
    named = headers.getlist("host")
    return named[0] if len(named) == 1 else ""


def _cookies(headers: Headers) -> str:
    return "; ".join(headers.getlist("cookie"))
