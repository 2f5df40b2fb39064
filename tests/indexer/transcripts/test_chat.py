"""Messages that were typed in a meeting."""

from __future__ import annotations

import pytest

from tests.indexer.transcripts.text_files import read

MESSAGES = [("Anna Reed", "can you hear me?"), ("Ben", "yes: two lines\nof it"), ("O'Hara", "bye")]


CHATS = {
    "Zoom, tabs": "10:0{i}:13\t From {name} to Everyone:\n\t{words}\n",
    "Zoom, two spaces": "10:0{i}:13 From  {name}  to  Everyone : {words}\n",
    "Zoom, to one": "10:0{i}:13\t From  {name} : {words}\n",
    "with the day": "2024-05-05 10:0{i}:13 From {name} to Host (Direct Message): {words}\n",
    "the time behind": "From {name} to Everyone 10:0{i} AM\n{words}\n",
}


@pytest.mark.parametrize("form", CHATS)
def test_messages_of_a_meeting_are_read_as_what_they_are(tmp_path, form):
    text = "".join(CHATS[form].format(i=i, name=n, words=w) for i, (n, w) in enumerate(MESSAGES))
    transcript = read(tmp_path, "meeting_saved_chat.txt", text)
    assert [(c.speaker, c.text) for c in transcript.cues] == [
        (name, " ".join(words.split())) for name, words in MESSAGES
    ]
    assert not transcript.timed
    (warning,) = transcript.warnings
    assert "typed in a meeting" in warning
