"""A transcript in step with its player: the current cue is highlighted, a click plays a cue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from app.markdown import split_highlights
from indexer.base.timecode import clock
from indexer.base.types import Cue

_CSS = """
.transcript { overflow-y: auto; border-left: 3px solid var(--st-border-color); padding: 0;
  margin: 0; list-style: none; font-family: var(--st-font); color: var(--st-text-color); }
.transcript li { margin: 0; }
.transcript button { all: unset; display: grid; grid-template-columns: 3.6rem 1fr; gap: .5rem;
  box-sizing: border-box; width: 100%; padding: .2rem .6rem; cursor: pointer; line-height: 1.45; }
.transcript button:hover { background: var(--st-secondary-background-color); }
.transcript button:focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: -2px; }
.transcript time { font-variant-numeric: tabular-nums; opacity: .75; font-size: .85em; }
.transcript .found button { font-weight: 600; }
.transcript .heard button { background: var(--st-secondary-background-color);
  box-shadow: inset 3px 0 var(--st-primary-color); }
.transcript mark { background: var(--st-orange-background-color, #ffe3b3); color: inherit;
  border-radius: .2em; padding: 0 .1em; }
.speaker { font-weight: 600; }
"""
# Cues arrive as data and are written with `textContent`, never as HTML: no text can be a script.
_JS = """
export default function ({ parentElement, data }) {
  const list = parentElement.querySelector(".transcript");
  list.style.maxHeight = data.height;
  list.replaceChildren();
  const items = data.cues.map((cue) => {
    const item = document.createElement("li");
    if (cue.found) item.classList.add("found");
    const button = document.createElement("button");
    button.type = "button";
    const time = document.createElement("time");
    time.textContent = cue.clock;
    const words = document.createElement("span");
    if (cue.speaker) {
      const who = document.createElement("span");
      who.className = "speaker";
      who.textContent = cue.speaker + ": ";
      words.append(who);
    }
    for (const [text, marked] of cue.parts) {
      const part = document.createElement(marked ? "mark" : "span");
      part.textContent = text;
      words.append(part);
    }
    button.append(time, words);
    button.addEventListener("click", () => {
      player()?.play(data.document, cue.start);
    });
    item.append(button);
    list.append(item);
    return item;
  });
  function player() {
    return document.getElementById("hilbert-player")?.player;
  }
  let before = null;
  function follow() {
    const at = player()?.position(data.document) ?? null;
    if (at === null) return;
    const now = at + 0.05;
    let current = null;
    data.cues.forEach((cue, i) => { if (cue.start <= now && now < cue.end) current = i; });
    if (current === before) return;
    if (before !== null) { items[before].classList.remove("heard");
      items[before].removeAttribute("aria-current"); }
    before = current;
    if (current === null) return;
    items[current].classList.add("heard");
    items[current].setAttribute("aria-current", "true");
    scrollTo(items[current]);
  }
  function scrollTo(item) {
    list.scrollTop = item.offsetTop - list.offsetTop - list.clientHeight / 3;
  }
  const first = items.find((item) => item.classList.contains("found"));
  if (first) requestAnimationFrame(() => scrollTo(first));
  const timer = setInterval(follow, 250);
  return () => clearInterval(timer);
}
"""


def show_transcript(
    cues: Sequence[Cue],
    *,
    key: str,
    document: str,
    found: tuple[float, float] | None = None,
    highlighted: Collection[str] = (),
    height: str = "13rem",
) -> None:
    """Draw timed cues that follow the player, where it has their document.

    Args:
        cues: Cues; those without times are left out.
        key: Key of the widget.
        document: Id of the document.
        found: Start and end in seconds of the moment; its cues are bold.
        highlighted: Words to highlight, see `app.markdown.highlighted_words`.
        height: CSS height beyond which the transcript scrolls.
    """
    lines: list[dict[str, Any]] = []
    last = None
    for cue in cues:
        if cue.start is None or cue.end is None:
            continue
        lines.append(
            {
                "start": cue.start,
                "end": max(cue.end, cue.start + 0.1),
                "clock": clock(cue.start),
                "speaker": cue.speaker if cue.speaker != last else None,
                "parts": split_highlights(cue.text, highlighted),
                "found": bool(found and cue.start < found[1] and cue.end > found[0]),
            }
        )
        last = cue.speaker
    component = st.components.v2.component(
        "hilbert_transcript",
        html='<ol class="transcript" tabindex="0" aria-label="Transcript"></ol>',
        css=_CSS,
        js=_JS,
    )
    component(key=key, data={"cues": lines, "height": height, "document": document})
