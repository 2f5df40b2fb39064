// A table of documents: titles are links, columns sort, words narrow it, and a page of it is drawn.
// Texts are written with `textContent`, never as HTML: no title can be a script.
const PER_PAGE = 50;
const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export default function ({ parentElement, data, setStateValue }) {
  const find = (what) => parentElement.querySelector(what);
  const form = find("form");
  const box = form.querySelector("input");
  const pages = find("nav");
  const [before, after] = pages.querySelectorAll("button");
  const body = find("tbody");
  // How the table was left stands in the step of the browser's history: Back leads to it again.
  const left = history.state?.[data.name] ?? {};
  const view = { words: "", by: 0, down: false, page: 0, ...left };
  const chosen = new Set(data.chosen ?? []);
  const texts = data.rows.map((row) => plain(row.cells.join("\n")));
  // What says the same of all tells nobody apart.
  const same = data.columns.map(
    (column, n) => column.varied && new Set(data.rows.map((row) => row.cells[n])).size < 2);
  let shown = [];
  let used = []; // a column that says nothing of any row that is left is left out

  function keep() {
    history.replaceState({ ...history.state, [data.name]: view }, "");
  }
  function sorted(rows) {
    const key = (row) => row.keys?.[view.by] ?? row.cells[view.by];
    const sign = view.down ? -1 : 1;
    // What is not known comes last, in either direction.
    return rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
      return sign * (typeof x === "number" ? x - y : order.compare(x, y));
    });
  }
  function narrow() {
    const words = plain(view.words).split(/\s+/).filter(Boolean);
    shown = sorted(data.rows.filter((_, n) => words.every((word) => texts[n].includes(word))));
    used = data.columns.map((_, n) => !n || (!same[n] && shown.some((row) => row.cells[n].trim())));
    draw();
  }
  function draw() {
    const focused = labelOf(parentElement.activeElement ?? document.activeElement);
    const last = Math.max(0, Math.ceil(shown.length / PER_PAGE) - 1);
    view.page = Math.min(view.page, last);
    const from = view.page * PER_PAGE;
    const rows = shown.slice(from, from + PER_PAGE);
    body.replaceChildren(...rows.map(line));
    const all = data.rows.length.toLocaleString("en");
    const count = shown.length.toLocaleString("en");
    form.querySelector("output").textContent = view.words.trim() ? `${count} of ${all}` : "";
    pages.hidden = !last;
    pages.querySelector("output").textContent =
      `${(from + 1).toLocaleString("en")}–${(from + rows.length).toLocaleString("en")} of ${count}`;
    before.disabled = !view.page;
    after.disabled = view.page === last;
    head();
    // What was drawn anew has the focus that it had before.
    const again = [...find("table").querySelectorAll("a, button, input")];
    again.find((element) => focused && labelOf(element) === focused)?.focus();
  }
  function labelOf(element) {
    return element?.getAttribute("aria-label") || element?.textContent || "";
  }
  function cell(tag, className, ...content) {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...content);
    return made;
  }
  function head() {
    const names = data.columns.flatMap((column, n) => {
      if (!used[n]) return [];
      const button = cell("button", "", column.name);
      button.type = "button";
      const made = cell("th", column.minor ? "minor" : "", button);
      made.scope = "col";
      const way = view.down ? "descending" : "ascending";
      made.setAttribute("aria-sort", n === view.by ? way : "none");
      button.onclick = () => {
        Object.assign(view, { by: n, down: n === view.by && !view.down, page: 0 });
        keep();
        narrow();
      };
      return made;
    });
    const all = data.choose ? [cell("th", "choose", everything())] : [];
    find("thead tr").replaceChildren(...all, ...names);
  }
  function checkbox(label, checked, change) {
    const made = document.createElement("input");
    made.type = "checkbox";
    made.checked = checked;
    made.setAttribute("aria-label", label);
    made.onchange = () => {
      change(made.checked);
      setStateValue("chosen", data.rows.map((row) => row.id).filter((id) => chosen.has(id)));
      draw();
    };
    return made;
  }
  function everything() {
    const all = shown.length > 0 && shown.every((row) => chosen.has(row.id));
    return checkbox("Choose all of these", all, (checked) => {
      for (const row of shown) chosen[checked ? "add" : "delete"](row.id);
    });
  }
  function line(row) {
    const link = document.createElement("a");
    const url = new URL(data.to, location.href);
    url.searchParams.set(data.names, row.id);
    link.href = url.href;
    link.textContent = row.cells[0];
    const facts = row.cells.filter((_, n) => used[n] && data.columns[n].minor && !data.columns[n].path);
    const title = cell("td", "title", link, cell("small", "", facts.filter(Boolean).join(" · ")));
    const others = data.columns.flatMap((column, n) => {
      if (!n || !used[n]) return [];
      const names = ["minor", "nowrap", "path"].filter((name) => column[name]);
      const made = cell("td", names.join(" "));
      made.textContent = column.path ? row.cells[n].split(/[\\/]/).pop() : row.cells[n];
      if (column.path) made.title = row.cells[n];
      return made;
    });
    if (!data.choose) return cell("tr", "", title, ...others);
    const choice = checkbox(`Choose ${row.cells[0]}`, chosen.has(row.id), (checked) => {
      chosen[checked ? "add" : "delete"](row.id);
    });
    return cell("tr", "", cell("td", "choose", choice), title, ...others);
  }

  find("table").setAttribute("aria-label", data.label);
  form.hidden = data.rows.length < 2;
  box.placeholder = "Find by title, speaker or file";
  box.setAttribute("aria-label", box.placeholder);
  box.value = view.words;
  form.onsubmit = (event) => event.preventDefault();
  box.oninput = () => {
    Object.assign(view, { words: box.value, page: 0 });
    keep();
    narrow();
  };
  pages.onclick = (event) => {
    if (!event.target.value) return;
    view.page += Number(event.target.value);
    keep();
    draw();
    find(".frame").scrollIntoView({ block: "nearest" });
  };
  narrow();
}
