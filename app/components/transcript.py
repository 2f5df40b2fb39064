"""A transcript in step with its player: a click plays a cue, and words are found in it."""

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
.transcript li { content-visibility: auto; contain-intrinsic-size: auto 1.9rem; }
.transcript mark.current { outline: 2px solid var(--st-primary-color); }
.find { display: flex; align-items: center; gap: .4rem; padding: .2rem 0 .4rem;
  font-family: var(--st-font); color: var(--st-text-color); }
.find input { flex: 1; min-width: 0; font: inherit; color: inherit; padding: .35rem .6rem;
  background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color);
  border-radius: .4rem; }
.find output { min-width: 5rem; text-align: center; font-variant-numeric: tabular-nums; }
.find button { font: inherit; color: inherit; background: none; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: .4rem; padding: .3rem .6rem; }
.find button:disabled { opacity: .4; cursor: default; }
.find[hidden] { display: none; }
"""
_HTML = """
<form class="find" role="search" hidden>
  <input type="search" aria-label="Find in the transcript" placeholder="Find in the transcript">
  <output aria-live="polite"></output>
  <button type="button" value="-1" aria-label="Previous place">↑</button>
  <button type="button" value="1" aria-label="Next place">↓</button>
</form>
<ol class="transcript" tabindex="0" aria-label="Transcript"></ol>
"""
# Cues arrive as data and are written with `textContent`, never as HTML: no text can be a script.
_JS = r"""
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
    const said = document.createElement("span");
    said.append(...pieces(cue.parts));
    words.append(said);
    button.append(time, words);
    button.addEventListener("click", () => {
      player()?.play(data.document, cue.start);
    });
    item.append(button);
    list.append(item);
    return item;
  });
  function pieces(parts) {
    return parts.map(([text, marked]) => {
      const part = document.createElement(marked ? "mark" : "span");
      part.textContent = text;
      return part;
    });
  }
  // Letters without case and accents, and where in the text each of them stands.
  function fold(text) {
    let folded = "";
    const places = [];
    for (let i = 0; i < text.length;) {
      const letter = String.fromCodePoint(text.codePointAt(i));
      const plain = letter.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[‘’]/g, "'")
        .toLowerCase();
      for (let k = 0; k < plain.length; k++) places.push(i);
      folded += plain;
      i += letter.length;
    }
    places.push(text.length);
    return { folded, places };
  }
  const form = parentElement.querySelector(".find");
  const box = form.querySelector("input");
  const count = form.querySelector("output");
  form.hidden = !data.find;
  const texts = data.cues.map((cue) => cue.parts.map(([text]) => text).join(""));
  let folds = null;
  let marks = [];
  let current = 0;
  const saidIn = (item) => item.querySelector("button > span > span:last-child");
  function find() {
    const wanted = fold(box.value.trim()).folded;
    folds ??= texts.map(fold);
    marks = [];
    items.forEach((item, i) => {
      const { folded, places } = folds[i];
      const parts = [];
      let end = 0;
      for (let at = wanted ? folded.indexOf(wanted) : -1; at >= 0;
        at = folded.indexOf(wanted, at + wanted.length)) {
        const [from, to] = [places[at], places[at + wanted.length]];
        parts.push([texts[i].slice(end, from), false], [texts[i].slice(from, to), true]);
        end = to;
      }
      parts.push([texts[i].slice(end), false]);
      saidIn(item).replaceChildren(...pieces(wanted ? parts : data.cues[i].parts));
      if (wanted) marks.push(...saidIn(item).querySelectorAll("mark"));
    });
    go(0, 0);
  }
  function go(step, from = current) {
    marks[current]?.classList.remove("current");
    current = marks.length ? (from + step + marks.length) % marks.length : 0;
    for (const button of form.querySelectorAll("button")) button.disabled = marks.length < 2;
    if (!box.value.trim()) count.textContent = "";
    else count.textContent = marks.length ? `${current + 1} of ${marks.length}` : "not said";
    const mark = marks[current];
    if (!mark) return;
    mark.classList.add("current");
    scrollTo(mark.closest("li"));
  }
  box.oninput = find;
  form.onsubmit = (event) => event.preventDefault();
  form.onclick = (event) => { if (event.target.value) go(Number(event.target.value)); };
  box.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  };
  if (data.find && box.value.trim()) find();
  function player() {
    return document.getElementById("hilbert-player")?.player;
  }
  let before = null;
  function follow() {
    const at = player()?.position(data.document) ?? null;
    if (at === null) return;
    const now = at + 0.05;
    let cue = null;
    data.cues.forEach((each, i) => { if (each.start <= now && now < each.end) cue = i; });
    if (cue === before) return;
    if (before !== null) { items[before].classList.remove("heard");
      items[before].removeAttribute("aria-current"); }
    before = cue;
    if (cue === null) return;
    items[cue].classList.add("heard");
    items[cue].setAttribute("aria-current", "true");
    if (!box.value.trim()) scrollTo(items[cue]); // else it stays at what was found
  }
  // Lines that were never seen have estimated heights: the second time they are known.
  function scrollTo(item, again = true) {
    list.scrollTop = item.offsetTop - list.offsetTop - list.clientHeight / 3;
    if (again) requestAnimationFrame(() => scrollTo(item, false));
  }
  const first = items.find((item) => item.classList.contains("found"));
  if (first && !box.value.trim()) requestAnimationFrame(() => scrollTo(first));
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
    find: bool = False,
) -> None:
    """Draw timed cues that follow the player, where it has their document.

    Args:
        cues: Cues; those without times are left out.
        key: Key of the widget.
        document: Id of the document.
        found: Start and end in seconds of the moment; its cues are bold.
        highlighted: Words to highlight, see `indexer.search.marks.marked_words`.
        height: CSS height beyond which the transcript scrolls.
        find: Whether words can be found in it.
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
        html=_HTML,
        css=_CSS,
        js=_JS,
    )
    component(key=key, data={"cues": lines, "height": height, "document": document, "find": find})
