"""Whether a file that was known is there, gone, or out of reach: a drive that is not plugged in.

What cannot be reached may come back, so nothing of it may be taken for deleted. Nobody can see
from a missing path alone which of the two it is; what decides is the nearest folder above it that
is still there. If the followed folder itself is missing, is a link to nothing or cannot be read, or
if that nearest folder is empty as a mount point without its drive is, the file is out of reach.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from indexer.base.remote_path import is_remote

log = logging.getLogger(__name__)

# What systems put in every folder or drive: a folder of nothing else is empty.
_OF_THE_SYSTEM = frozenset(
    {"lost+found", "$recycle.bin", "system volume information", "desktop.ini", "thumbs.db"}
)
REMOTE = "it is not on this machine"
_DANGLING = "a link to a place that is not there"


class Presence(Enum):
    """What is known of a file."""

    THERE = "there"
    GONE = "gone"
    OUT_OF_REACH = "out of reach"


@dataclass(frozen=True)
class Whereabouts:
    """What is known of a file, and of one out of reach, why.

    Attributes:
        presence: Whether it is there.
        place: What cannot be reached: the file, or a folder that it lay in.
        reason: Why, in words.
    """

    presence: Presence
    place: str = ""
    reason: str = ""


_THERE, _GONE = Whereabouts(Presence.THERE), Whereabouts(Presence.GONE)


def look_for(path: str, top: str) -> Whereabouts:
    """Look whether a known file is there.

    Args:
        path: Absolute path of the file.
        top: The followed folder that it lay in.
    """
    if is_remote(path):
        return Whereabouts(Presence.OUT_OF_REACH, path, REMOTE)
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        log.debug("there is no %s", path, exc_info=True)
        if os.path.islink(path):  # its target may be on a drive that is not plugged in
            return Whereabouts(Presence.OUT_OF_REACH, path, _DANGLING)
    except OSError as error:
        log.debug("could not look at %s", path, exc_info=True)
        return Whereabouts(Presence.OUT_OF_REACH, path, f"it cannot be read: {error.strerror}")
    else:
        return _THERE
    folder, name = os.path.split(path)
    if os.path.exists(os.path.join(folder, f".{name}.icloud")):
        return Whereabouts(Presence.OUT_OF_REACH, path, "it is not downloaded from iCloud")
    while folder != top and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
        if not is_within(folder, top):
            return _GONE
    reason = unreachable_folder(folder)
    return Whereabouts(Presence.OUT_OF_REACH, folder, reason) if reason else _GONE


def unreachable_folder(folder: str) -> str | None:
    """Return why what was in a folder cannot be reached; None for a folder that holds something."""
    if is_remote(folder):
        return REMOTE
    if os.path.islink(folder) and not os.path.exists(folder):
        return _DANGLING
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        log.debug("there is no folder %s", folder, exc_info=True)
        return "there is no such folder"
    except OSError as error:
        log.debug("could not list %s", folder, exc_info=True)
        return f"it cannot be read: {error.strerror}"
    if all(name.startswith(".") or name.lower() in _OF_THE_SYSTEM for name in names):
        return "it is empty, as where a drive is not plugged in or a share is not mounted"
    return None


def is_within(path: str, folder: str) -> bool:
    """Return whether an absolute path is a folder or lies below it."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def mount_point(path: str) -> str | None:
    """Return the mount point that holds a path; None where that is the root of the system."""
    place = Path(path)
    mount = next((p for p in (place, *place.parents) if os.path.ismount(p)), None)
    return None if mount is None or mount == mount.parent else str(mount)
