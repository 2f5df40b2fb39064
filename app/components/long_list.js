// Lists of thousands of lines. They stand in groups, which the browser neither styles nor lays out
// while they are out of view. To leave out line by line costs nearly as much as to draw all.
const GROUP = 50;

// Put items into a list, an element with the role `list`; each is about `height` rem high.
function fill(list, items, height) {
  const groups = [];
  for (let i = 0; i < items.length; i += GROUP) {
    const group = document.createElement("ul");
    group.role = "none"; // one list, to whoever has it read aloud
    const grouped = items.slice(i, i + GROUP);
    for (const item of grouped) item.role = "listitem";
    group.style.contentVisibility = "auto";
    group.style.containIntrinsicSize = `auto ${grouped.length * height}rem`;
    group.append(...grouped);
    groups.push(group);
  }
  list.replaceChildren(...groups);
}

// Bring an item into the upper third of its list. Groups that were never seen have estimated
// heights: the second time they are known.
function scrollTo(list, item, again = true) {
  const below = item.getBoundingClientRect().top - list.getBoundingClientRect().top;
  list.scrollTop += below - list.clientHeight / 3;
  if (again) requestAnimationFrame(() => scrollTo(list, item, false));
}
