"""Routes of recordings, behind the guard as everything else.

`/recordings/LIBRARY/DOCUMENT` is the file as it lies on the disk, by range; below it, `facts` says
how it is played.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ADDRESS = "/recordings"


def media_routes() -> list[Route]:
    """Return the routes, for Streamlit's server."""
    base = f"{ADDRESS}/{{library}}/{{document}}"
    return [Route(base, _answer), Route(f"{base}/{{part}}", _answer)]


def _answer(request: Request) -> Response:
    """Answer in one of the server's threads."""
    # What opens libraries is imported once the server listens.
    from app.media.answers import answer

    named = request.path_params
    return answer(named["library"], named["document"], named.get("part", "file"))
