"""`--offline`: whatever could leave this machine is refused, whoever tries it.

Nothing is sent or fetched without it either; this holds it for installed packages and for what a
later release may add.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

from hilbert.errors import HilbertError

VARIABLE = "HILBERT_OFFLINE"
# Of Hugging Face's libraries.
_THEIRS = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_enforced = False


class OfflineError(HilbertError, ConnectionError):
    """Something would have left this machine; a network that is not there, for whoever asked."""


def is_offline() -> bool:
    """Return whether the user asked for it, here or in the process that started this one."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def go_offline() -> None:
    """Refuse connections and look-ups beyond this machine, in this process and those it starts."""
    global _enforced
    os.environ[VARIABLE] = "1"
    os.environ.update(dict.fromkeys(_THEIRS, "1"))
    if not _enforced:
        sys.addaudithook(_refuse)
        _enforced = True


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in _LOOKING_UP:
        host = arguments[0]
    else:
        return
    if host is not None and is_offline() and not is_here(host):
        raise OfflineError(f"nothing may leave this machine (--offline): {host} was asked for")


def is_here(host: str | bytes) -> bool:
    """Return whether a host is this machine, without looking its name up."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:  # a name: to ask for its address already says something
        return False
    return address.is_loopback or address.is_unspecified


def refuse_offline(host: str, what: str) -> None:
    """Refuse a host beyond this machine where nothing may leave it, for what asks no socket of us.

    Raises:
        OfflineError: It is beyond; the message begins with `what`.
    """
    if is_offline() and not is_here(host):
        raise OfflineError(f"{what} is not on this machine, and nothing may leave it (--offline)")
