"""Folders read from top to bottom: links followed once, and what is no recording passed over."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hilbert.system_faults import system_fault
from indexer.base.names import folded, is_utf8, readable
from indexer.ingest.metadata_table import is_metadata_file
from indexer.media.kinds import RECORDING_EXTENSIONS, not_a_recording
from indexer.transcripts.formats import transcript_extensions

log = logging.getLogger(__name__)

# Where systems and network drives keep deleted, generated and old files. Names with a leading dot
# (.Trash-1000, .git) are passed over as well.
_SYSTEM_FOLDERS = frozenset(
    {
        "$recycle.bin",
        "network trash folder",
        "recycler",
        "recycled",
        "#recycle",
        "@recycle",
        "@eadir",
        "#snapshot",
    }
    | {"~snapshot", "@recently-snapshot", "system volume information", "lost+found", "__macosx"}
)
# Downloads that are not finished: of browsers, yt-dlp, aria2 and clients of torrents.
_PARTIAL = re.compile(
    r"\.(?:part(?:-frag\d+)?|partial|crdownload|download|opdownload|filepart|ytdl|aria2|!qb|!ut|bc!"
    r"|tmp|temp)$"
)
LEFTOVER = "an unfinished download or an old copy, by its name; rename it to index it"
# A catalog, and whoever prints or sends a path, needs it as text.
NOT_UTF8 = "its name is not UTF-8; rename it (convmv -r -f latin1 -t utf8 FOLDER renames all)"
_NOT_DOWNLOADED = re.compile(r"\.(.+)\.icloud")

_OFFICE_LOCK = "~$"


@dataclass
class Listing:
    """The files of a folder, by what they are; each list is sorted.

    Attributes:
        folder: The folder, as it was reached.
        recordings: Recordings.
        transcripts: Files with the extension of a transcript.
        others: Why each of the other files is not taken.
        folders: The folders in it.
        table: Its `metadata.csv`.
    """

    folder: Path
    recordings: list[Path] = field(default_factory=list)
    transcripts: list[Path] = field(default_factory=list)
    others: dict[Path, str] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)
    table: Path | None = None


@dataclass
class Notes:
    """What is said of files and folders that are not taken, by path.

    Attributes:
        failures: What cannot be used.
        warnings: What the user should know.
        passed_over: What is no recording or transcript.
    """

    failures: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)


def is_partial_download(path: Path) -> bool:
    """Whether a file should not be read yet, by its name."""
    # yt-dlp joins sound and picture in NAME.temp.mp4.
    is_joining = path.stem.lower().endswith(".temp")
    return _PARTIAL.search(path.name.lower()) is not None or (
        is_joining and path.suffix.lower() in RECORDING_EXTENSIONS
    )


def is_leftover(path: Path) -> bool:
    """Whether a name is a recording's with something after it, as downloads and backups have.

    NAME.mp3.incomplete, NAME.mp3.bak, NAME.mp3~; not NAME.mp3.1, wget's second download.
    """
    last, inner = path.suffix.lower(), Path(path.stem).suffix.lower()
    if last.endswith("~"):
        return last[:-1] in RECORDING_EXTENSIONS
    is_known = last in RECORDING_EXTENSIONS or last[1:2].isdecimal()
    # Short ones (.au, .ra) are words of names, too.
    return not is_known and len(inner) > 3 and inner in RECORDING_EXTENSIONS


def list_file(listing: Listing, path: Path, look_inside: bool = True) -> None:
    """Put a file into the listing of its folder.

    Args:
        listing: Of the folder.
        path: The file.
        look_inside: Whether its content decides as well as its extension.
    """
    extension = path.suffix.lower()
    if is_metadata_file(path.name):
        listing.table = path
    elif is_partial_download(path):
        listing.others[path] = "a download that is not finished"
    elif extension in transcript_extensions():
        listing.transcripts.append(path)
    elif not look_inside and extension in RECORDING_EXTENSIONS:
        listing.recordings.append(path)
    elif not look_inside:
        listing.others[path] = "not a recording, by its name"
    elif reason := not_a_recording(path):
        listing.others[path] = reason
    elif is_leftover(path):
        listing.others[path] = LEFTOVER
    else:
        listing.recordings.append(path)


def list_folder(folder: Path) -> Listing:
    """List a folder by the extensions of its files; empty where it cannot be read."""
    listing = Listing(folder)
    try:
        with os.scandir(folder) as entries:
            found = sorted((e.name, e.is_dir()) for e in entries if is_utf8(e.name))
    except OSError:
        log.debug("could not list %s", folder, exc_info=True)
        return listing
    for name, is_folder in found:
        if is_folder:
            listing.folders.append(folder / name)
        elif not name.startswith("."):
            list_file(listing, folder / name, look_inside="." not in name)
    return listing


def walk(
    top: Path, notes: Notes, is_excluded: Callable[[Path], bool], visited: dict[str, Path]
) -> Iterator[Listing]:
    """Read a folder and everything below it.

    Folders behind links come last, so that a folder within `top` is reached without them; each
    folder is read once, whatever links lead to it.

    Args:
        top: The folder.
        notes: Receives what is not taken.
        is_excluded: Whether a folder, such as a library, is left out.
        visited: Real paths of the folders read so far, and how they were reached; is added to.
    """

    def unreadable(error: OSError) -> None:
        is_locked = isinstance(error, PermissionError)
        reason = "no permission to read the folder" if is_locked else system_fault(error)
        notes.failures[str(error.filename)] = reason or f"it cannot be read: {error.strerror}"

    links = [top]
    while links:
        start = links.pop(0)
        real_start = os.path.realpath(start)
        if start != top and real_start in visited:
            notes.warnings[str(start)] = (
                f"a link to {visited[real_start]}, which is read already; not read twice"
            )
            continue
        for name, folders, files in os.walk(start, onerror=unreadable):
            folder = Path(name)
            real = os.path.normpath(os.path.join(real_start, os.path.relpath(name, start)))
            if real in visited:
                folders.clear()
                continue
            visited[real] = folder
            kept, all_folders = [], sorted(folders)
            for child in all_folders:
                path = folder / child
                if not is_utf8(child):
                    notes.failures[readable(path)] = NOT_UTF8
                elif reason := _reason_to_skip(path):
                    notes.passed_over[str(path) + os.sep] = reason
                elif is_excluded(path):
                    log.debug("left out: %s", path)
                elif path.is_symlink():
                    links.append(path)
                else:
                    kept.append(child)
            folders[:] = kept
            listing = _list(folder, files, notes)
            listing.folders = [folder / child for child in all_folders if is_utf8(child)]
            yield listing


def _list(folder: Path, names: list[str], notes: Notes) -> Listing:
    listing = Listing(folder)
    # `talk.vtt` before `talk (1).vtt`: of two with the same bytes the first names the document.
    for name in sorted(names, key=lambda name: (os.path.splitext(name)[0], name)):
        path = folder / name
        if name.startswith(".") and not is_utf8(name):
            notes.passed_over[readable(path)] = "hidden"
        elif not is_utf8(name):
            _list_unreadable(path, notes)
        elif not_there := _NOT_DOWNLOADED.fullmatch(name):
            notes.warnings[str(path)] = f"{not_there[1]} is not downloaded from iCloud"
        elif name.startswith("."):
            notes.passed_over[str(path)] = "hidden"
        elif name.startswith(_OFFICE_LOCK):
            notes.passed_over[str(path)] = "the mark of a document that is open in Office"
        elif _is_dangling(path):
            notes.warnings[str(path)] = "a link to a file or folder that does not exist"
        else:
            list_file(listing, path)
    return listing


def _list_unreadable(path: Path, notes: Notes) -> None:
    """Note a file whose name is not UTF-8: a failure where it is one to be indexed."""
    alone = Listing(path.parent)
    list_file(alone, path)
    if alone.recordings or alone.transcripts:
        notes.failures[readable(path)] = NOT_UTF8
    else:
        notes.passed_over[readable(path)] = next(iter(alone.others.values()), NOT_UTF8)


def _reason_to_skip(folder: Path) -> str | None:
    """Why a folder is passed over by its name, or None."""
    if folded(folder.name) in _SYSTEM_FOLDERS or folder.name.lower().startswith(".trash"):
        return "a recycle bin or a folder of the system"
    if folder.name.startswith("."):
        return "a hidden folder"
    if folder.suffix.lower() == ".download":  # Safari keeps it in a folder
        return "a download that is not finished"
    return None


def _is_dangling(path: Path) -> bool:
    """Whether a path is a link to nothing that would have been a folder, for all that is known."""
    known = path.suffix.lower() in RECORDING_EXTENSIONS | frozenset(transcript_extensions())
    return not known and path.is_symlink() and not path.exists()
