// A transcript in step with the player (said.js and long_list.js stand before it).
const FOLLOW = "hilbert-follow"; // in the browser's storage: "no" where it is off

export default function ({ parentElement, data }) {
  const list = parentElement.querySelector(".transcript");
  // The page may be drawn anew with the same lines: whoever reads them stays where they are.
  const key = JSON.stringify(data);
  if (list.shown?.key === key) return list.shown.start();
  const isTimed = data.cues.some((cue) => cue.start !== null);
  list.style.maxHeight = data.height;
  const isDoubtful = ({ parts }) => parts.some(([, , doubtful]) => doubtful);
  parentElement.querySelector(".legend").hidden = !data.cues.some(isDoubtful);
  const saids = [];
  const items = data.cues.map((cue) => {
    const item = document.createElement("li");
    if (cue.found) item.classList.add("found");
    if (cue.hit) item.classList.add("hit");
    const line = document.createElement(cue.start === null ? "p" : "button");
    line.className = "line";
    const words = document.createElement("span");
    words.className = "words";
    words.dir = directionOf(cue.parts);
    if (cue.speaker) {
      const who = document.createElement("bdi");
      who.className = "speaker";
      who.textContent = cue.speaker;
      words.append(who, ": ");
    }
    const said = document.createElement("span");
    said.append(...piecesOf(cue.parts));
    saids.push(said);
    words.append(said);
    if (cue.start !== null) {
      line.type = "button";
      const time = document.createElement("time");
      time.textContent = cue.clock;
      line.append(time);
      line.addEventListener("click", () => {
        if (item.classList.contains("plays")) player().pause();
        else player()?.play(data.document, cue.start);
        follow();
      });
    }
    line.append(words);
    item.append(line);
    return item;
  });
  fill(list, items, 1.9);
  // The part of a line from one place to another: as doubtful as it was, and not marked.
  function cut(parts, from, to) {
    const found = [];
    let at = 0;
    for (const [text, , doubtful] of parts) {
      const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
      at += text.length;
      if (part) found.push([part, false, doubtful]);
    }
    return piecesOf(found);
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
  const steps = form.querySelectorAll("button[value]");
  const follows = form.querySelector(".follow");
  form.hidden = !data.find && !isTimed;
  form.classList.toggle("alone", !data.find);
  for (const part of [box, count, ...steps]) part.hidden = !data.find;
  follows.hidden = !isTimed;
  const texts = data.cues.map(({ parts }) => textOf(parts));
  let folds = null;
  let marks = [];
  let current = 0;
  function find() {
    const wanted = fold(box.value.trim()).folded;
    folds ??= texts.map(fold);
    marks = [];
    saids.forEach((said, i) => {
      const { folded, places } = folds[i];
      const { parts } = data.cues[i];
      const nodes = [];
      let end = 0;
      for (let at = wanted ? folded.indexOf(wanted) : -1; at >= 0;
        at = folded.indexOf(wanted, at + wanted.length)) {
        const [from, to] = [places[at], places[at + wanted.length]];
        const mark = document.createElement("mark");
        mark.append(...cut(parts, from, to));
        nodes.push(...cut(parts, end, from), mark);
        marks.push(mark);
        end = to;
      }
      if (wanted && !nodes.length && !said.querySelector("mark"))
        return; // as it was: of thousands of lines most are
      nodes.push(...cut(parts, end, texts[i].length));
      said.replaceChildren(...(wanted ? nodes : piecesOf(parts)));
    });
    go(0, 0);
  }
  function go(step, from = current) {
    marks[current]?.classList.remove("current");
    current = marks.length ? (from + step + marks.length) % marks.length : 0;
    for (const button of steps) button.disabled = marks.length < 2;
    if (!box.value.trim()) count.textContent = "";
    else count.textContent = marks.length ? `${current + 1} of ${marks.length}` : "not said";
    const mark = marks[current];
    if (!mark) return;
    mark.classList.add("current");
    scrollTo(list, mark.closest("li"));
  }
  box.oninput = find;
  form.onsubmit = (event) => event.preventDefault();
  form.onclick = (event) => { if (event.target.value) go(Number(event.target.value)); };
  box.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  };
  go(0, 0);
  if (data.find && box.value.trim()) find();
  function player() {
    return document.getElementById("hilbert-player")?.player;
  }
  const isFollowing = () => follows.ariaPressed === "true";
  let before = null;
  function showFollow() {
    let kept = null;
    try { kept = localStorage.getItem(FOLLOW); } catch { /* none is allowed */ }
    follows.ariaPressed = String(kept !== "no");
  }
  follows.onclick = () => {
    follows.ariaPressed = String(!isFollowing());
    try { localStorage.setItem(FOLLOW, isFollowing() ? "yes" : "no"); } catch { /* for now */ }
    if (isFollowing() && before !== null) scrollTo(list, items[before]);
  };
  showFollow();
  // The line that plays pauses it, and says so.
  function showSign(item, plays) {
    if (plays === item.classList.contains("plays")) return;
    item.classList.toggle("plays", plays);
    const time = item.querySelector("time");
    if (!plays) return time.querySelector(".unseen").remove();
    const sign = document.createElement("span");
    sign.className = "unseen";
    sign.textContent = "Pause ";
    time.prepend(sign);
  }
  function follow() {
    const at = player()?.position(data.document) ?? null;
    if (before !== null) showSign(items[before], !!player()?.isPlaying(data.document));
    if (at === null) return;
    const now = at + 0.05;
    let cue = null;
    data.cues.forEach((each, i) => { if (each.start <= now && now < each.end) cue = i; });
    if (cue === before) return;
    if (before !== null) { items[before].classList.remove("heard");
      showSign(items[before], false);
      items[before].removeAttribute("aria-current"); }
    before = cue;
    if (cue === null) return;
    items[cue].classList.add("heard");
    showSign(items[cue], player().isPlaying(data.document));
    items[cue].setAttribute("aria-current", "true");
    if (isFollowing() && !box.value.trim()) scrollTo(list, items[cue]); // else it stays where one reads
  }
  const first = items.find((item) => item.classList.contains("found"));
  if (first && !box.value.trim()) requestAnimationFrame(() => scrollTo(list, first));
  const onLine = (event) => {
    if (event.detail.document === data.document) scrollTo(list, items[event.detail.line]);
  };
  const start = () => {
    document.addEventListener(LINE, onLine);
    const timer = isTimed ? setInterval(follow, 250) : 0;
    return () => {
      clearInterval(timer);
      document.removeEventListener(LINE, onLine);
    };
  };
  list.shown = { key, start };
  return start();
}
