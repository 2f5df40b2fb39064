"""The menu and recent searches, as they are drawn in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from app.components.query_name import query_name
from app.state import search_state, urls
from app.state.navigation import PAGES
from app.state.open_library import OpenLibrary

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage

_JS = """
// Kept by the browser, for each library: the server knows only what is searched for now.
function showRecent(parentElement, data) {
  if (!data.library) return;
  const key = "hilbert-recent:" + data.library;
  let recent = [];
  try { recent = JSON.parse(localStorage.getItem(key)) || []; } catch { recent = []; }
  if (!Array.isArray(recent)) recent = [];
  recent = recent.filter((each) => typeof each?.label === "string" && typeof each?.to === "string");
  if (data.label) {
    recent = recent.filter((each) => each.label !== data.label);
    recent.unshift({ label: data.label, to: data.to });
    recent = recent.slice(0, data.most);
    try { localStorage.setItem(key, JSON.stringify(recent)); } catch { /* none is allowed */ }
  }
  const nav = parentElement.querySelector(".recent");
  const list = nav.querySelector("ul");
  list.replaceChildren(...recent.map((each) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.textContent = link.title = each.label;
    // An address of this app, whatever is stored.
    const url = new URL(each.to, location.href);
    link.href = location.origin === url.origin ? url.href : data.to;
    item.append(link);
    return item;
  }));
  nav.hidden = !recent.length;
  nav.querySelector("button").onclick = () => {
    localStorage.removeItem(key);
    nav.hidden = true;
  };
}
function showMenu(parentElement, data) {
  const nav = parentElement.querySelector(".menu");
  nav.hidden = !data.library;
  let section = "";
  nav.replaceChildren(...data.pages.flatMap((page) => {
    const link = document.createElement("a");
    link.href = page.to;
    if (page.here) link.setAttribute("aria-current", "page");
    const icon = document.createElement("span");
    icon.className = "icon";
    icon.textContent = page.icon;
    icon.setAttribute("aria-hidden", "true");
    link.append(icon, page.title);
    if (page.section === section) return link;
    section = page.section;
    const heading = document.createElement("h2");
    heading.textContent = section;
    return [heading, link];
  }));
}
export default function ({ parentElement, data }) {
  showMenu(parentElement, data);
  showRecent(parentElement, data);
}
"""

_MOST_RECENT = 12
_HTML = """
<nav class="menu" aria-label="Pages"></nav>
<nav class="recent" aria-label="Recent searches" hidden>
  <h2>Recent searches</h2><ul></ul><button type="button">Forget them</button>
</nav>
"""
_CSS = """
.icon { font-family: "Material Symbols Rounded"; font-size: 1.25rem; line-height: 1;
  margin-right: .5rem; vertical-align: -.25rem; }
a[aria-current] { background: var(--st-secondary-background-color); font-weight: 600; }
nav { font-family: var(--st-font); color: var(--st-text-color); }
h2 { font-size: .875rem; font-weight: 400; opacity: .7; margin: .5rem 0 .2rem; }
ul { list-style: none; margin: 0; padding: 0; }
a { display: block; padding: .2rem .5rem; border-radius: .4rem; color: inherit;
  text-decoration: none; overflow: hidden; overflow-wrap: anywhere; }
.recent a { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3;
  padding: 0; margin: .2rem .5rem; }
a:hover { background: var(--st-secondary-background-color); text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--st-primary-color); }
button { all: unset; cursor: pointer; font-size: .8rem; opacity: .7; padding: .2rem .5rem; }
button:hover, button:focus-visible { text-decoration: underline; }
"""


def show_menu(library: OpenLibrary | None, pages: Mapping[str, StreamlitPage], here: str) -> None:
    """Draw the menu and earlier searches of this browser, and keep this one.

    Args:
        library: Library that is open; None where only links are wanted.
        pages: Pages by name, as Streamlit navigates among them.
        here: Path of the current page.
    """
    component = st.components.v2.component("hilbert_menu", html=_HTML, css=_CSS, js=_JS)
    query = search_state.current().query
    component(
        key="menu",
        data={
            "pages": tuple(
                {
                    "title": page.title,
                    "icon": page.icon.removeprefix(":material/").removesuffix(":"),
                    "to": urls.link(page.url_path),
                    "here": page.url_path == here,
                    "section": PAGES[name].section,
                }
                for name, page in pages.items()
            ),
            "library": library.facts["library"] if library else "",
            "label": query_name(library, query) if library and query else "",
            "to": urls.link(urls.SEARCH),
            "most": _MOST_RECENT,
        },
    )
