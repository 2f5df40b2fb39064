"""Headers of every response: nothing foreign is loaded, nobody frames the app or reads it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

# What Streamlit's front end needs: styles in elements, pictures and components as data and blobs.
_CONTENT_SECURITY = {
    "default-src": "'none'",
    "script-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def response_headers(front_page: Path) -> Mapping[str, str]:
    """Return the headers that every response gets.

    Args:
        front_page: HTML of Streamlit's front end, whose own scripts in the page are let run.
    """
    hashes = [
        base64.b64encode(hashlib.sha256(script).digest()).decode()
        for script in _INLINE_SCRIPT.findall(front_page.read_bytes())
    ]
    scripts = "".join(f" 'sha256-{each}'" for each in hashes)
    policy = {**_CONTENT_SECURITY, "script-src": _CONTENT_SECURITY["script-src"] + scripts}
    return {
        "content-security-policy": "; ".join(f"{name} {what}" for name, what in policy.items()),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
