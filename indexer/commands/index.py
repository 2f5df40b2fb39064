"""hilbert index: add recordings and transcripts to a library, or update it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.commands.options import (
    LazyChoice,
    LazyHelpCommand,
    LazyHelpOption,
    json_option,
    library_option,
    vector_options,
)
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, console, print_line

if TYPE_CHECKING:
    from indexer.ingest.profile import IngestProfile
    from indexer.ingest.report import AddReport


def _extensions() -> str:
    from indexer.transcripts.formats import transcript_extensions

    return " ".join(transcript_extensions())


def _metadata_columns() -> str:
    from indexer.ingest.metadata_table import METADATA_FIELDS

    return ",".join(("name", *METADATA_FIELDS))


def _encoder_help(role: str, default: str) -> str:
    from hilbert.encoders.registry import KINDS

    kinds = ", ".join(kind.name for kind in KINDS.values() if kind.role == role)
    return (
        f"A folder, a hub id, or KIND:NAME (kinds: {kinds}); by default {default}. "
        "New libraries only."
    )


def _speech_help() -> str:
    from indexer.encoders import DEFAULT_SPEECH

    return _encoder_help("speech", DEFAULT_SPEECH)


def _text_help() -> str:
    from indexer.encoders import DEFAULT_TEXT, MULTILINGUAL_TEXT

    default = f"{DEFAULT_TEXT}, and {MULTILINGUAL_TEXT} where most of the files are"
    return _encoder_help("text", f"{default} in another language than English")


def _recognisers() -> Sequence[str]:
    from indexer.encoders import recogniser_choices

    return recogniser_choices()


class _AsrType(LazyChoice):
    """The choices, and `NAME:MODEL` for a recogniser that loads a model."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from indexer.encoders import is_recogniser_choice

        return value if is_recogniser_choice(value) else super().convert(value, param, ctx)


def _asr_help() -> str:
    return (
        "How the words of recordings without a transcript are recognised; auto: by the "
        f"library's recogniser; one of: {', '.join(_recognisers())}; a model that 'hilbert models' "
        "lists; NAME:MODEL takes another one. A document that has words keeps them."
    )


class _Place(click.Path):
    """A file or folder of this machine, or the address of a remote one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from indexer.base.remote_path import to_path

        return to_path(str(super().convert(value, param, ctx)))


@verb(order=10)
@click.command(
    "index", cls=LazyHelpCommand, fill={"EXTENSIONS": _extensions, "COLUMNS": _metadata_columns}
)
@click.argument("paths", nargs=-1, type=_Place())
@library_option
@click.option(
    "--asr",
    cls=LazyHelpOption,
    help_from=_asr_help,
    type=_AsrType(_recognisers),
    metavar="NAME",
    show_default="auto; without PATHS as the last time",
)
@click.option(
    "--reasr",
    type=_AsrType(_recognisers),
    metavar="NAME",
    help="As --asr, also for recordings whose words another recogniser gave: they are recognised "
    "again. Words of a transcript stay. A run that was interrupted goes on where it was.",
)
@click.option(
    "--language",
    show_default="as the last time, else auto",
    help="Spoken language where no file names it. auto: a recogniser of many languages finds it "
    "out, else the words of a transcript tell; en where neither does.",
)
@click.option("--prune", is_flag=True, help="Remove documents whose files are gone.")
@click.option(
    "--retry-failed",
    is_flag=True,
    help="Try files again that made what reads them crash, or take too much time or memory.",
)
@click.option(
    "--part",
    metavar="N/COUNT",
    help="Only the Nth of COUNT parts of what is found, by content: each can be indexed on a "
    "machine of its own into a library of its own; 'hilbert gather' puts them together.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="What processes the files: this process, or workers of a Ray cluster (extra ray).",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="Of the Ray cluster, of which this machine is a node; without it one is started here.",
)
@click.option("--profile", is_flag=True, help="Print where the time went, stage by stage.")
@click.option("--speech-encoder", cls=LazyHelpOption, help_from=_speech_help)
@click.option("--text-encoder", cls=LazyHelpOption, help_from=_text_help)
@vector_options
@json_option
def command(
    paths: tuple[Path, ...],
    library: Path,
    asr: str | None,
    reasr: str | None,
    language: str | None,
    prune: bool,
    retry_failed: bool,
    part: str | None,
    engine: str,
    address: str | None,
    profile: bool,
    speech_encoder: str | None,
    text_encoder: str | None,
    vector_index: str | None,
    max_memory: float | None,
    target_recall: float | None,
    as_json: bool,
) -> int:
    """Add recordings and transcripts to a library, or update it.

    Unchanged files cost nothing, and an interrupted run goes on where it was. Transcripts
    (EXTENSIONS) are found beside the recordings by name, and a metadata.csv in a folder gives
    COLUMNS.

    PATHS are remembered: without any, all of them are looked through again. What was moved, renamed
    or changed is recognised; what is gone stays until --prune. A folder that cannot be reached, as
    on a drive that is not plugged in, loses nothing, and the exit status is 1.
    """
    from indexer.base.languages import language_code
    from indexer.base.memory import keep_freed_memory
    from indexer.encoders import AUTO, DEFAULT_SPEECH, DEFAULT_TEXT, NEVER, EncoderSettings
    from indexer.engines.ray_engine import RayEngine
    from indexer.index.library_store import LibraryStore
    from indexer.ingest.create import library_for
    from indexer.ingest.discover import scan
    from indexer.ingest.followed import scan_followed
    from indexer.ingest.part import Part
    from indexer.ingest.process import process
    from indexer.ingest.run import index_folders

    if language not in (None, AUTO) and language_code(language) is None:
        raise click.BadParameter(f"'{language}' is no language code such as en or de, nor {AUTO}")
    if asr and reasr:
        raise click.UsageError("--reasr names the recogniser; leave out --asr")
    if reasr == NEVER:
        raise click.BadParameter("'never' recognises nothing; name a recogniser for --reasr")
    of_part = Part.parse(part) if part else None
    _check_address(address, engine)
    here = _local(paths, engine, part)
    encoders = None
    if (speech_encoder or text_encoder) and not paths:
        raise click.UsageError("an encoder is chosen with the first PATHS of a library; name them")
    if speech_encoder or text_encoder:
        encoders = EncoderSettings(speech_encoder or DEFAULT_SPEECH, text_encoder or DEFAULT_TEXT)
    keep_freed_memory()
    is_new = bool(paths) and not LibraryStore.exists(library)
    if is_new and here == paths:
        _refuse_missing(paths)
    if paths:
        made = library_for(
            library,
            lambda: scan(here, library.absolute()).sources,
            encoders,
            language,
            asr or reasr or AUTO,
        )
        if is_new and encoders is None and made.encoders.settings.text != DEFAULT_TEXT:
            print_line(
                f"most of this is not in English: {made.encoders.settings.text} reads the texts; "
                "--text-encoder chooses another",
                err=True,
            )
    else:
        made = LibraryStore.open(library)
    vectors = made.vector_settings.changed(vector_index, max_memory, target_recall)
    if vectors != made.vector_settings:
        with made.writing():
            made.put_vector_settings(vectors)
    found = scan_followed(
        made,
        paths,
        language=language,
        asr=asr or reasr,
        again=reasr is not None,
        fetches=engine == "ray",
    )
    on_cluster = RayEngine(library, address) if engine == "ray" else None
    with TerminalProgress() as progress:
        summary = index_folders(
            made,
            found,
            progress,
            prune=prune,
            retry_failed=retry_failed,
            part=of_part,
            engine=on_cluster or process,
        )
    if on_cluster and on_cluster.note:
        summary.notes.append(on_cluster.note)
    if as_json:
        print_json(summary_to_dict(summary, profile=profile))
    else:
        print_summary(summary)
        if profile and summary.profile:
            print_profile(summary.profile, summary.audio_seconds)
    # On standard error, where it disturbs no output: where a library is in a language that the
    # recogniser does not know, it is so in every run.
    for line in (*summary.describe_unchecked(), *summary.notes):
        print_line(line, err=True)
    return 1 if summary.failed or summary.unreachable else 0


def _check_address(address: str | None, engine: str) -> None:
    """Refuse an address that is none, or that nothing would ask.

    Raises:
        UsageError: It is.
    """
    if address is None:
        return
    if engine != "ray":
        raise click.UsageError("--address is of --engine ray")
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdecimal()):
        raise click.BadParameter(f"'{address}' is no address; write HOST:PORT as 10.0.0.5:6379")


def _local(paths: tuple[Path, ...], engine: str, part: str | None) -> tuple[Path, ...]:
    """Return the paths that are of this machine; refuse remote ones that cannot be used.

    Raises:
        UsageError: What is remote needs another engine, or cannot be shared out.
        OfflineError: Nothing may be fetched.
    """
    from hilbert.offline import OfflineError, is_offline
    from indexer.base.remote_path import RemotePath

    remote = [path for path in paths if isinstance(path, RemotePath)]
    if remote and is_offline():
        raise OfflineError(
            f"{remote[0]} is not on this machine, and nothing is fetched (--offline)"
        )
    if remote and engine != "ray":
        raise click.UsageError(f"{remote[0]} is not on this machine; add --engine ray")
    if remote and part:
        raise click.UsageError("--part is of files on this machine: it goes by what they hold")
    return tuple(path for path in paths if not isinstance(path, RemotePath))


def _refuse_missing(paths: tuple[Path, ...]) -> None:
    """Refuse to make a library of nothing.

    Raises:
        LibraryError: None of the paths is there.
    """
    from indexer.base.errors import LibraryError
    from indexer.base.names import existing_path

    if not any(existing_path(path.absolute()).exists() for path in paths):
        raise LibraryError(
            f"{paths[0]}: there is no such file or folder; name one that holds recordings"
        )


def summary_to_dict(summary: AddReport, *, profile: bool = False) -> dict[str, Any]:
    """Return the summary as JSON, with where the time went if that is wanted."""
    hours = summary.audio_seconds / 3600
    measured = {"profile": summary.profile.to_dict()} if profile and summary.profile else {}
    return {
        "added": summary.added,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "failed": summary.failed,
        "warnings": summary.warnings,
        "not_checked": summary.unchecked,
        "notes": summary.notes,
        "passed_over": summary.passed_over,
        "moved": summary.moved,
        "replaced": summary.replaced,
        "gone": summary.gone,
        "of_other_parts": summary.of_other_parts,
        "of_other_part_now": summary.of_other_part_now,
        "removed": summary.removed,
        "not_reachable": summary.unreachable,
        "documents": summary.documents,
        "audio_hours": round(hours, 4),
        "seconds": round(summary.seconds, 2),
        "times_real_time": round(summary.audio_seconds / max(summary.seconds, 1e-9), 1),
        "generation": summary.snapshot,
        **measured,
    }


def print_summary(summary: AddReport) -> None:
    """Print the summary for people, warnings and failures by file."""
    for path, texts in summary.warnings.items():
        for text in texts:
            print_line(f"warning: {path}: {text}")
    for path, reason in summary.failed.items():
        print_line(f"failed: {path}: {reason}")
    print_line(*summary.describe_changes())
    if passed_over := summary.describe_passed_over():
        print_line(f"{passed_over}; --verbose lists them")
    if summary.of_other_parts:
        print_line(f"{summary.of_other_parts} documents are of other parts")
    speed = ""
    if summary.audio_seconds:
        speed = (
            f"; {summary.audio_seconds / 3600:.2f} hours of audio, "
            f"{summary.audio_seconds / max(summary.seconds, 1e-9):.0f} x real time"
        )
    print_line(
        f"{len(summary.added)} added, {len(summary.updated)} updated, "
        f"{len(summary.unchanged)} unchanged, {len(summary.failed)} failed in "
        f"{summary.seconds:.1f} s{speed}; the library holds {summary.documents} documents"
    )


def print_profile(profile: IngestProfile, audio_seconds: float) -> None:
    """Print where the time went as a table: seconds, and their share of the hours of audio."""
    from rich.table import Table

    from hilbert.stage_times import StageSeconds

    table = Table(box=None, pad_edge=False)
    table.add_column("stage")
    for column in ("wall s", "processor s", *(["processor s per hour"] if audio_seconds else [])):
        table.add_column(column, justify="right")
    whole = StageSeconds(profile.wall, profile.processor)
    for name, seconds in [*profile.stages.items(), ("the whole run", whole)]:
        row = [name, f"{seconds.wall:.1f}", f"{seconds.processor:.1f}"]
        if audio_seconds:
            row.append(f"{3600 * seconds.processor / audio_seconds:.1f}")
        table.add_row(*row)
    console().print(table)
    print_line("stages overlap: their wall seconds add up to more than the run's")
