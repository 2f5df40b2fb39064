"""The command line: JSON as documented, errors in one line, exit statuses that tell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.cli import run
from indexer.commands.registry import VERBS
from indexer.index.library_store import LibraryStore

COMMAND = Path(sys.executable).with_name("hilbert")
Hilbert = Callable[..., tuple[int, str, str]]
LEXICAL_TOO = ("--channel", "text")
LEXICAL = ("--channel", "lexical")


@pytest.fixture
def hilbert(capsys: pytest.CaptureFixture[str]) -> Hilbert:
    """Run a verb in this process; returns exit status, output and errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def folder(small_library: LibraryStore) -> Path:
    return small_library.folder


def answer(result: tuple[int, str, str]) -> dict[str, Any]:
    status, output, errors = result
    assert (status, errors) == (0, "")
    found: dict[str, Any] = json.loads(output)
    assert found.pop("schema_version") == 1
    return found


def is_one_line(result: tuple[int, str, str], status: int, text: str) -> None:
    found, output, errors = result
    assert found == status and output == ""
    assert errors.startswith("hilbert: ") and errors.count("\n") == 1
    assert text in errors and "Traceback" not in errors


# --- answers ----------------------------------------------------------------------------------


def test_search_answers_with_the_documented_json(hilbert: Hilbert, folder: Path) -> None:
    found = answer(hilbert("search", "tea cup", "-l", folder, "-k", 2, *LEXICAL, "--json"))
    assert set(found) == {"hits", "documents", "timings_ms"}
    hit = found["hits"][0]
    assert set(hit) == {
        *("document", "name", "title", "path", "start", "end", "text", "score", "channels"),
        *("words", "also"),
    }
    assert hit["name"] == "why-tides-lag" and hit["channels"] == {"lexical": hit["score"]}
    assert hit["path"].endswith("/why-tides-lag.opus") and hit["end"] - hit["start"] <= 60
    assert hit["words"] == ["tea", "cup"]
    assert set(found["documents"][0]) == {
        *("document", "name", "title", "score", "channels", "moments"),
    }
    assert found["documents"][0]["moments"][0]["start"] == hit["start"]
    assert found["documents"][0]["document"] == hit["document"] and len(hit["document"]) == 64
    assert all(isinstance(value, float) for value in found["timings_ms"].values())


def test_search_prints_moments_for_people(hilbert: Hilbert, folder: Path) -> None:
    status, output, errors = hilbert("search", "tea cup", "--library", folder, *LEXICAL)
    assert (status, errors) == (0, "")
    assert "1. Why the tide keeps its own time  0:32-0:54" in output
    assert hilbert("search", "zymurgy", "-l", folder, *LEXICAL)[:2] == (0, "Nothing found.\n")


def test_a_file_of_queries_is_answered_a_line_each_in_order(
    hilbert: Hilbert, folder: Path, demo_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    clip = "snow-and-celery-other-voice.opus"
    (tmp_path / "sub" / clip).write_bytes((demo_folder / "clips" / clip).read_bytes())
    questions: list[dict[str, str]] = [
        {"query": "how many seconds off was the watch when it got to Jamaica", "note": "kept out"},
        {"clip": f"sub/{clip}"},
        {"clip": "sub/gone.opus"},
        {"query": "caf\ud800 snow and celery"},
    ]
    lines = "\n\n".join(map(json.dumps, questions))
    (tmp_path / "queries.jsonl").write_text(lines + "\n", encoding="utf-8")
    status, output, _ = hilbert(
        "search", "-l", folder, "--queries", tmp_path / "queries.jsonl", "--json", "-k", 3
    )
    assert status == 0
    found = [json.loads(line) for line in output.splitlines()]
    assert len(found) == 4
    names = [result["hits"][0]["name"] if result["hits"] else None for result in found]
    assert names[:3] == ["harrison-and-the-longitude", "footsteps-of-a-foley-artist", None]
    assert "celery" in found[1]["heard"]
    assert found[2]["error"] == "gone.opus: there is no such file"
    assert all(len(found[i]["hits"]) == 3 for i in (0, 1, 3))


def test_list_tells_every_document(hilbert: Hilbert, folder: Path) -> None:
    found = answer(hilbert("list", "-l", folder, "--json"))
    assert set(found) == {"documents"} and len(found["documents"]) == 6
    told = {d["name"]: d for d in found["documents"]}["why-tides-lag"]
    assert told["title"] == "Why the tide keeps its own time" and told["speaker"] == "Maren Oakes"
    assert told["words_from"] == "timed" and told["segments"] >= 4 and told["copies"] == []
    assert told["path"] == told["recording"] and told["transcript"].endswith("why-tides-lag.vtt")
    assert len(told["document"]) == 64 and told["seconds"] == pytest.approx(76.5, abs=0.1)
    status, output, _ = hilbert("list", "-l", folder)
    assert status == 0 and "Maren" in output and "1:16" in output


def test_info_tells_what_the_library_is_made_of(hilbert: Hilbert, folder: Path) -> None:
    found = answer(hilbert("info", "-l", folder, "--json"))
    assert found["documents"] == 6 and found["generation"] == 1 and found["failures"] == {}
    assert found["speech_encoder"] == "bundled:whisper-tiny.en"
    status, output, _ = hilbert("info", "-l", folder)
    assert status == 0 and "asr 3, timed 3" in output


def test_similar_answers_like_search(hilbert: Hilbert, folder: Path) -> None:
    found = answer(hilbert("similar", "why-tides-lag@35", "-l", folder, "--json", "-k", 4))
    assert set(found) == {"hits", "documents", "timings_ms"}
    assert len(found["hits"]) == 4
    for hit in found["hits"]:
        assert hit["name"] != "why-tides-lag" or not hit["start"] <= 35 < hit["end"]
        assert set(hit["channels"]) == {"lexical", "text", "audio", "joint"}


def test_similar_compares_whole_documents_and_what_is_asked_for(
    hilbert: Hilbert, folder: Path
) -> None:
    whole = answer(hilbert("similar", "why-tides-lag", "-l", folder, "--json"))
    assert "why-tides-lag" not in {hit["name"] for hit in whole["hits"]}
    assert len(whole["documents"]) == 5
    for same, channel in (("words", "text"), ("sound", "audio")):
        arguments = ("why-tides-lag@35", "-l", folder, "--json")
        found = answer(hilbert("similar", *arguments, "--same", same))
        assert all(set(hit["channels"]) == {channel} for hit in found["hits"])
        assert found["hits"] == answer(hilbert("similar", *arguments, "--channel", channel))["hits"]


def test_filters_narrow_a_search(hilbert: Hilbert, folder: Path) -> None:
    def names(*options: object) -> set[str]:
        found = answer(hilbert("search", "tea", "-l", folder, "--json", *options, *LEXICAL_TOO))
        return {hit["name"] for hit in found["hits"]}

    assert names("--speaker", "maren") == {"why-tides-lag"}
    assert names("--document", "why-tides-lag", "--document", "how-a-violin-sings") == {
        "why-tides-lag",
        "how-a-violin-sings",
    }


def test_explain_tells_shares_and_words(hilbert: Hilbert, folder: Path) -> None:
    status, output, _ = hilbert("search", "tea", "-l", folder, "--explain", *LEXICAL)
    assert status == 0 and "words: tea" in output and "= lexical +" in output


def test_moments_are_printed_as_a_table_and_as_a_list_of_clips(
    hilbert: Hilbert, folder: Path
) -> None:
    status, output, _ = hilbert("search", "tea", "-l", folder, "--format", "csv", *LEXICAL)
    assert status == 0 and output.startswith("rank,name,title,path,start,end,score,text\n1,why")
    status, output, _ = hilbert("search", "tea", "-l", folder, "--format", "srt", *LEXICAL)
    assert status == 0 and " --> 00:00:" in output and "why-tides-lag.opus]" in output


def test_a_clip_is_cut_and_never_overwrites(hilbert: Hilbert, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "tea.opus"
    arguments = ("clip", "why-tides-lag@0:33-0:37.5", out, "-l", folder)
    status, output, _ = hilbert(*arguments)
    assert status == 0 and "4.5 s of Why the tide keeps its own time" in output
    content = out.read_bytes()
    is_one_line(hilbert(*arguments), 2, "exists; name another file, or replace it with --force")
    assert out.read_bytes() == content
    assert hilbert(*arguments, "--force")[0] == 0


def test_doctor_tells_problems_and_exits_with_them(
    hilbert: Hilbert, library_copy: LibraryStore
) -> None:
    folder = library_copy.folder
    found = answer(hilbert("doctor", "-l", folder, "--json"))
    assert found == {"healthy": True, "problems": [], "notes": []}
    assert hilbert("doctor", "-l", folder)[:2] == (0, "healthy\n")
    (folder / "shards" / "000001-00" / "segments.text.fp16").unlink()
    status, output, _ = hilbert("doctor", "-l", folder, "--json")
    assert status == 1 and not json.loads(output)["healthy"]
    status, output, _ = hilbert("doctor", "-l", folder)
    assert status == 1 and output.startswith("problem: ") and "hilbert rebuild" in output


def test_remove_and_rebuild_tell_what_they_did(
    hilbert: Hilbert, library_copy: LibraryStore
) -> None:
    folder = library_copy.folder
    removed = answer(hilbert("remove", "why-tides-lag", "-l", folder, "--json"))["removed"]
    assert [r["name"] for r in removed] == ["why-tides-lag"] and len(removed[0]["document"]) == 64
    found = answer(hilbert("rebuild", "-l", folder, "--json"))
    assert found == {"generation": 3, "documents": 5}
    status, output, _ = hilbert("rebuild", "-l", folder)
    assert (status, output) == (0, "generation 4 of 5 documents answers searches now\n")
    assert (
        hilbert("remove", "how-a-violin-sings", "-l", folder)[1] == "removed how-a-violin-sings\n"
    )


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("serach", "tea"), "No such command 'serach'"),
        (("search", "tea", "--limit", 3), "No such option"),
        (("search", "-music", "tea"), "To leave out what says music, put -- before the query."),
        (("search", "tea"), "Missing option '--library'"),
        (("search", "-l", "LIBRARY"), "give a query, --clip FILE or both; or --queries FILE"),
        (("search", "tea", "--queries", "a.jsonl", "-l", "LIBRARY"), "or --queries FILE"),
        (("search", "--queries", "a", "--format", "csv", "-l", "LIBRARY"), "leave --format out"),
        (("search", "tea", "--min-length", -1, "-l", "LIBRARY"), "not in the range"),
        (("similar", "t@1", "--same", "words", "--channel", "text", "-l", "LIBRARY"), "not both"),
        (("clip", "talk@5", "a.wav", "-l", "LIBRARY"), "write NAME@START-END, such as talk@83.5"),
        (("clip", "talk@1:75-2:00", "a.wav", "-l", "LIBRARY"), "is no part of a recording"),
        (("search", "tea", "-k", 0, "-l", "LIBRARY"), "0 is not in the range"),
        (("search", "tea", "--channel", "smell", "-l", "LIBRARY"), "'smell' is not one of"),
        (("similar", "@3", "-l", "LIBRARY"), "write NAME@SECONDS, such as talk@83.5"),
        (("similar", "why-tides-lag@-3", "-l", "LIBRARY"), "is no moment"),
        (("similar", "why-tides-lag@nan", "-l", "LIBRARY"), "is no moment"),
        (("index", "x", "--language", "English, please", "-l", "LIBRARY"), "is no language code"),
        (("index", "--text-encoder", "x", "-l", "LIBRARY"), "name them"),
    ],
)
def test_wrong_usage_is_a_line_and_exit_status_two(
    hilbert: Hilbert, folder: Path, arguments: tuple[object, ...], text: str
) -> None:
    given = [str(folder) if argument == "LIBRARY" else argument for argument in arguments]
    is_one_line(hilbert(*given), 2, text)


@pytest.mark.parametrize(
    "verb", ["search", "list", "info", "index", "rebuild", "remove", "similar", "app"]
)
def test_a_missing_library_is_a_line_that_says_how_to_make_one(
    hilbert: Hilbert, tmp_path: Path, verb: str
) -> None:
    argument = {"search": ["tea"], "remove": ["talk"], "similar": ["talk@3"]}.get(verb, [])
    result = hilbert(verb, *argument, "-l", tmp_path / "none")
    is_one_line(result, 1, "there is no library here; make one with 'hilbert index")
    assert not (tmp_path / "none").exists()


def test_no_library_is_made_of_what_is_not_there(hilbert: Hilbert, tmp_path: Path) -> None:
    result = hilbert("index", tmp_path / "typo", "-l", tmp_path / "new")
    is_one_line(result, 1, "there is no such file or folder; name one that holds recordings")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("similar", "nobody@3"), "no document is called 'nobody'; 'hilbert list' shows them"),
        (("similar", "why-tides-lag@4000"), "why-tides-lag ends at 76 s"),
        (("search", "  "), "the query is empty"),
        (("search", "tea", "--label", "sport"), "no label 'sport' in this library; there is"),
        (("search", "tea", "--since", "May"), "since 'May' is no date"),
        (("clip", "why-tides-lag@90-95", "a.wav"), "ends before 90 s"),
        (("clip", "nobody@1-2", "a.wav"), "no document is called 'nobody'"),
        (("search", "--clip", "gone.wav"), "gone.wav: there is no such file"),
        (("search", "--queries", "gone.jsonl"), "gone.jsonl"),
    ],
)
def test_what_cannot_be_answered_is_a_line_and_exit_status_one(
    hilbert: Hilbert, folder: Path, arguments: tuple[str, ...], text: str
) -> None:
    is_one_line(hilbert(*arguments, "-l", folder), 1, text)


@pytest.mark.parametrize(
    "line", ["tea", "[1]", '{"question": "tea"}', '{"query": 5}', '{"clip": []}']
)
def test_a_file_of_queries_with_something_else_in_it_names_the_line(
    hilbert: Hilbert, folder: Path, tmp_path: Path, line: str
) -> None:
    (tmp_path / "queries.jsonl").write_text('{"query": "tea"}\n' + line + "\n")
    result = hilbert("search", "-l", folder, "--queries", tmp_path / "queries.jsonl", *LEXICAL)
    is_one_line(result, 2, "queries.jsonl, line 2: ")


def test_a_line_of_queries_without_words_is_answered_by_its_error(
    hilbert: Hilbert, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "queries.jsonl").write_text('{"query": ""}\n{"query": " "}\n{"query": "tea"}\n')
    status, output, _ = hilbert(
        "search", "-l", folder, "--queries", tmp_path / "queries.jsonl", "--json", *LEXICAL
    )
    first, second, third = map(json.loads, output.splitlines())
    assert status == 0 and third["hits"]
    assert "type what you are looking for" in first["error"] and second["error"] == first["error"]


def test_a_library_that_may_not_be_written_is_a_line(
    hilbert: Hilbert, library_copy: LibraryStore
) -> None:
    lock = library_copy.folder / "writer.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()  # what nobody can open for writing, not even the superuser
    is_one_line(hilbert("remove", "why-tides-lag", "-l", library_copy.folder), 1, "writer.lock: ")


# --- the installed command --------------------------------------------------------------------


def test_help_names_every_verb_without_loading_anything_heavy() -> None:
    told = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert all(f"\n  {verb} " in told.stdout for verb in VERBS)
    heavy = {"torch", "streamlit", "faiss", "av", "faster_whisper", "rich"}
    script = (
        "import sys\nfrom indexer.cli import VERBS, run\n"
        f"heavy = {heavy!r}\n"
        "assert run(['--help']) == run(['--version']) == 0\n"
        "loaded = sorted((heavy | {'numpy'}) & set(sys.modules))\n"
        # The choices of a verb are read from registries, whose members work on arrays; the terms
        # of the loss, which `train` names, on tensors.
        "for verb in set(VERBS) - {'train'}:\n"
        "    assert run([verb, '--help']) == 0\n"
        "print(loaded, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[] []"


def test_output_may_be_cut_short_by_its_reader(folder: Path) -> None:
    done = subprocess.run(
        f"'{COMMAND}' list -l '{folder}' --json | head -c 20",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith('{\n  "documents"') and "Traceback" not in done.stderr


def test_a_name_may_hold_an_at_sign_and_a_home_may_be_nobodys(
    hilbert: Hilbert, folder: Path
) -> None:
    is_one_line(hilbert("similar", "me@home", "-l", folder), 1, "me@home")
    nobodys = hilbert("similar", "x", "-l", "~nobody-is-called-so/x")
    is_one_line(nobodys, 1, "there is no library here")


def test_words_need_no_quotes_and_times_may_be_clocks(
    hilbert: Hilbert, folder: Path, tmp_path: Path
) -> None:
    status, output, _ = hilbert("search", "ocean", "basin", "tea", *LEXICAL, "-l", folder)
    assert status == 0 and "why-tides-lag" in output
    status, output, _ = hilbert("similar", "why-tides-lag@0:35", "-l", folder, "--json")
    by_clock = json.loads(output)["hits"]
    status, output, _ = hilbert("similar", "why-tides-lag@35", "-l", folder, "--json")
    assert status == 0 and json.loads(output)["hits"] == by_clock
    nowhere = tmp_path / "nowhere" / "part.opus"
    is_one_line(
        hilbert("clip", "why-tides-lag@1-2", nowhere, "-l", folder), 2, "there is no folder"
    )


def test_lone_surrogates_in_a_file_of_queries_cost_nothing(
    hilbert: Hilbert, folder: Path, tmp_path: Path
) -> None:
    questions = [{"query": "\ud800 celery"}, {"clip": "\ud800.wav"}, {"query": "celery"}]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)))
    status, output, errors = hilbert(
        "search", "-l", folder, "--queries", tmp_path / "queries.jsonl", "-k", 1
    )
    assert status == 0 and "Traceback" not in errors
    assert output.count("> ") >= 2 and "failed: " in output
