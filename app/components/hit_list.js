// The hits of one recording: their count, where they lie in it, and one row each, a link to it.
// Buttons that play carry the class by which the player knows them (player.js); said.js and
// long_list.js stand before this.
const NAMESPACE = "http://www.w3.org/2000/svg";

export default function ({ parentElement, data }) {
  const part = (selector) => parentElement.querySelector(selector);
  const { hits, current } = data;
  const list = part(".rows");
  const key = JSON.stringify(data);
  if (list.shown === key) return; // drawn anew: whoever scrolled here stays
  list.shown = key;
  part(".count").textContent = data.heading;
  part(".place").textContent = data.timed ? `Moment ${current + 1} of ${hits.length}` : "";
  for (const [name, other] of [["previous", current - 1], ["next", current + 1]]) {
    const link = part(`.${name}`);
    link.hidden = !data.timed || !hits[other];
    if (!link.hidden) link.href = hits[other].to;
  }
  const timeline = part(".timeline");
  timeline.hidden = !data.timed || !data.seconds;
  timeline.replaceChildren(...(timeline.hidden ? [] : hits.map(tick)));
  const rows = hits.map(row);
  fill(list, rows, 2.6);
  const here = data.timed ? rows[current] : null;
  if (here) requestAnimationFrame(() => scrollTo(list, here));

  function tick(hit, i) {
    const link = document.createElement("a");
    link.href = hit.to;
    link.tabIndex = -1; // the rows are the same links
    link.title = hit.clock;
    const share = (seconds) => `${(100 * Math.min(seconds, data.seconds)) / data.seconds}%`;
    link.style.left = share(hit.start);
    if (hit.end) link.style.width = share(hit.end - hit.start);
    if (i === current) link.setAttribute("aria-current", "true");
    return link;
  }
  function row(hit, i) {
    const item = document.createElement("li");
    item.classList.toggle("here", data.timed && i === current);
    if (hit.sign) item.append(playButton(hit));
    const to = document.createElement(data.timed ? "a" : "button");
    to.className = data.timed ? "row" : "row untimed";
    const said = document.createElement("span");
    said.className = "said";
    said.dir = directionOf(hit.parts);
    if (hit.speaker) {
      const who = document.createElement("bdi");
      who.textContent = hit.speaker;
      said.append(who, ": ");
    }
    said.append(...piecesOf(hit.parts));
    if (data.timed) {
      to.href = hit.to;
      if (i === current) to.setAttribute("aria-current", "true");
      const time = document.createElement("time");
      time.textContent = hit.clock;
      to.append(time);
    } else {
      to.type = "button";
      to.onclick = () => document.dispatchEvent(
        new CustomEvent(LINE, { detail: { document: data.document, line: hit.line } }));
    }
    to.append(said);
    item.append(to);
    return item;
  }
  function playButton(hit) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = hit.sign;
    button.ariaLabel = button.title = `Play ${hit.clock}`;
    const svg = document.createElementNS(NAMESPACE, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const shape = document.createElementNS(NAMESPACE, "path");
    shape.setAttribute("d", "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-2 14.5v-9l6 4.5z");
    svg.append(shape);
    button.append(svg);
    return button;
  }
}
