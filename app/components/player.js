// The one player of the app. It lies in the page's body, beside what Streamlit draws, so that it
// plays on when pages change. What is played is said by the keys of buttons (`play_button` in
// player.py), which Streamlit writes into class names.
const HOST = "hilbert-player";
const SIGN = '[class*="st-key-play-"]';
const KEY = /^st-key-play-([^-]+)-(\d+)-(\d+)-/; // document, milliseconds from and to
const QUEUE = "hilbert-queue";
const SKIP = 15; // seconds
const PLAY = "M8 5v14l11-7z";
const PAUSE = "M6 19h4V5H6v14zm8-14v14h4V5h-4z";
const PAUSE_SIGN = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM9 8h2v8H9zm4 0h2v8h-2z";

export default function ({ parentElement, data }) {
  let host = document.getElementById(HOST);
  if (!host) {
    host = document.createElement("div");
    host.id = HOST;
    host.hidden = true;
    host.attachShadow({ mode: "open" }).append(
      parentElement.querySelector("template").content.cloneNode(true));
    host.player = newPlayer(host);
    document.body.append(host);
  }
  const theme = getComputedStyle(parentElement.host || parentElement);
  for (const name of ["primary-color", "background-color", "secondary-background-color",
    "text-color", "border-color", "orange-color", "font", "button-radius"])
    host.style.setProperty(`--st-${name}`, theme.getPropertyValue(`--st-${name}`));
  host.player.visit(data);
}

function newPlayer(host) {
  const part = (name) => host.shadowRoot.querySelector(`[data-part="${name}"]`);
  const media = part("media"); // a video element plays sound as well
  const seekBar = part("seek");
  const known = new Map(); // address of a recording: promise of its facts
  let library = ""; // address of the recordings of the library that pages show
  let now = null; // what is loaded: its facts, address, hits
  let stopAt = null; // seconds; where the moment ends that plays
  let want = { at: 0, play: false }; // for when the sound has come
  let timer = 0;
  let click = 0; // counts what was asked for: the last holds
  let lastCue = "";
  let chosen = null; // the moment that plays, as its sign names it: { id, start, end }
  let queue = null; // hits that play one after another: { items, at }

  const position = () =>
    now.source && media.readyState ? media.currentTime - now.shift : want.at;

  function factsOf(address) {
    if (!known.has(address)) {
      const facts = ask(`${address}/facts`).then((answer) => answer.json());
      facts.catch(() => known.delete(address)); // it is asked again
      known.set(address, facts);
    }
    return known.get(address);
  }

  // Play a moment that somebody chose.
  function choose(id, at, end) {
    leaveQueue();
    open(id, at, end, true);
  }

  function playQueued(items, at) {
    queue = { items, at };
    const { id, start, end } = items[at];
    tell("");
    open(id, start, end, true);
    document.dispatchEvent(new Event(QUEUE));
  }

  function leaveQueue() {
    if (!queue) return;
    queue = null;
    document.dispatchEvent(new Event(QUEUE));
  }

  // Load a recording where it is not, and stand at a second of it.
  async function open(id, at, end, play) {
    const mine = ++click;
    const address = `${library}/${id}`;
    host.hidden = false;
    chosen = play ? { id, start: at, end } : null;
    if (now?.address !== address) {
      media.pause();
      try {
        const facts = await factsOf(address);
        if (!play) await idle(); // the page first: of a long recording it reads megabytes
        if (mine !== click) return;
        now = { ...facts, address, id, shift: 0, source: "", hits: [] };
        want = { at, play };
        drawRecording();
        media.removeAttribute("src");
        media.load();
        if (facts.type && media.canPlayType(facts.type)) listen(address, facts.offset);
      } catch (error) {
        if (mine === click) {
          leaveQueue();
          tell(error.message);
        }
        return;
      }
    }
    want = { at, play };
    stopAt = end;
    if (now.source) media.currentTime = at + now.shift; // before anything is loaded: where it begins
    if (play) start();
    draw();
  }

  function listen(source, shift) {
    now.shift = shift;
    now.source = source;
    media.src = source;
    media.currentTime = want.at + shift;
    media.playbackRate = media.defaultPlaybackRate = Number(part("speed").value);
    if (want.play) start();
  }

  function start() {
    if (!now.source) return makeCopy(now);
    media.play().catch((error) => {
      if (error.name === "NotAllowedError") tell("Press Play to hear it");
    });
  }

  // What this browser does not play is heard as a copy, which the server makes once it is wanted.
  async function makeCopy(mine) {
    if (mine.copying) return;
    mine.copying = true;
    try {
      const made = await whenMade(`${mine.address}/copy`, () => now === mine, (share) =>
        tell(`Preparing the sound for this browser: ${Math.round(100 * share)} %`));
      if (now !== mine) return;
      tell("");
      listen(`${mine.address}/${made}`, 0);
    } catch (error) {
      mine.copying = false;
      if (now === mine) tell(`It cannot be played: ${error.message}`);
    }
  }

  async function drawOutline(mine) {
    mine.outlined = true;
    const loud = await whenMade(`${mine.address}/waveform`, () => now === mine).catch(() => null);
    if (now !== mine || !loud?.length) return;
    const at = (i) => ((i * 600) / loud.length).toFixed(1);
    const bars = loud.map((each, i) => {
      const half = Math.max(1, (each / 255) * 46);
      return `M${at(i)} ${(50 - half).toFixed(1)}H${at(i + 1)}V${(50 + half).toFixed(1)}H${at(i)}Z`;
    });
    setOutline(bars.join(""));
  }

  function setOutline(path) {
    for (const name of ["ahead", "played"]) part(name).setAttribute("d", path);
  }

  // Hits are what the page has buttons for; a page without any keeps those that were there.
  function findHits(all) {
    const hits = all.filter((each) => each.id === now.id).sort((a, b) => a.start - b.start);
    if (!hits.length || String(hits.map((each) => each.start)) === now.marked) return;
    now.hits = hits;
    now.marked = String(hits.map((each) => each.start));
    drawMarks();
  }

  // The next of this recording, else the first of the next one on the page.
  function nextHit(all) {
    if (queue) return queue.items[queue.at + 1];
    const later = now.hits.find((hit) => hit.start > position() + 0.5);
    return later ?? all[all.findLastIndex((each) => each.id === now.id) + 1];
  }

  function drawRecording() {
    part("title").textContent = part("title").title = now.title;
    part("length").textContent = clock(now.seconds);
    seekBar.max = now.seconds || 1;
    part("picture").hidden = !now.video;
    setOutline("M0 48H600V52H0Z");
    drawMarks();
    tell("");
    if (navigator.mediaSession)
      navigator.mediaSession.metadata = new MediaMetadata({ title: now.title });
  }

  function drawMarks() {
    const mark = (kind, start, end, title) => {
      const drawn = document.createElement("div");
      drawn.className = kind;
      drawn.style.left = `${(100 * start) / now.seconds}%`;
      if (end) drawn.style.width = `${(100 * (end - start)) / now.seconds}%`;
      drawn.title = title;
      return drawn;
    };
    part("marks").replaceChildren(
      ...now.chapters.map((each) => mark("chapter", each.start, null, each.title)),
      ...now.hits.map((each) => mark("hit", each.start, each.end, clock(each.start))));
  }

  function draw() {
    if (!now) return;
    const at = Math.max(0, position());
    const share = now.seconds ? Math.min(1, at / now.seconds) : 0;
    seekBar.value = at;
    seekBar.setAttribute("aria-valuetext", `${clock(at)} of ${clock(now.seconds)}`);
    part("now").textContent = clock(at);
    part("played").style.clipPath = `inset(0 ${100 * (1 - share)}% 0 0)`;
    const chapter = now.chapters.findLast((each) => each.start <= at + 0.1);
    const place = queue ? `Moment ${queue.at + 1} of ${queue.items.length}` : "";
    if (!told) part("note").textContent = [place, chapter?.title].filter(Boolean).join(" · ");
    const isPlaying = !media.paused;
    part("icon").setAttribute("d", isPlaying ? PAUSE : PLAY);
    part("play").title = isPlaying ? "Pause" : "Play";
    part("play").setAttribute("aria-label", part("play").title);
    const all = moments();
    findHits(all);
    part("next").disabled = !nextHit(all);
    drawSigns();
  }

  // Whether the player is in the moment of a sign, which it was last told to play.
  function isAt({ id, start, end }) {
    if (!chosen || id !== chosen.id || id !== now?.id) return false;
    const isSame = (a, b) => a === b || Math.abs(a - b) < 0.002; // signs have milliseconds
    return isSame(start, chosen.start) && isSame(end, chosen.end)
      && position() > start - 0.5 && (end === null || position() < end + 0.3);
  }

  // Whether the moment of a sign plays; of one that plays a recording, whatever plays of that.
  function plays(sign) {
    return !media.paused && (sign.end === null ? sign.id === now?.id : isAt(sign));
  }

  // A sign whose moment plays pauses it, and says so.
  function drawSigns() {
    for (const element of document.querySelectorAll(SIGN)) {
      const sign = read(element);
      if (sign) drawSign(element, plays(sign));
    }
  }

  // Pause what plays of a recording by its own sign: that goes on from there, past any moment.
  function pauseWhole(sign) {
    leaveQueue();
    media.pause();
    stopAt = null;
    chosen = sign;
  }

  let told = "";
  function tell(words) {
    told = words;
    part("note").textContent = part("note").title = words;
  }

  // Events of the media come four times a second: the end of a moment has a timer of its own.
  function watchEnd() {
    clearTimeout(timer);
    const goesOn = !queue && part("on").ariaPressed === "true";
    if (media.paused || stopAt === null || goesOn) return;
    const left = stopAt - position();
    if (left > 0.02) {
      timer = setTimeout(watchEnd, (1000 * Math.min(left, 1)) / media.playbackRate);
      return;
    }
    endMoment();
  }

  function endMoment() {
    if (queue && queue.at + 1 < queue.items.length)
      return playQueued(queue.items, queue.at + 1);
    const n = queue?.items.length;
    stopAt = null;
    leaveQueue();
    media.pause();
    tell(n ? `That was the last of ${n} moments` : "Stopped at the end of the moment");
  }

  function seek(at) {
    if (!now) return;
    want.at = Math.min(Math.max(0, at), now.seconds || at);
    const hit = queue?.items[queue.at];
    if (hit && (want.at < hit.start || want.at > hit.end)) leaveQueue();
    if (now.source) media.currentTime = want.at + now.shift;
    if (stopAt !== null && want.at > stopAt) stopAt = null; // whoever goes on wants to hear on
    draw();
  }

  function toggle() {
    want.play = media.paused;
    if (media.paused) start();
    else media.pause();
  }

  function goOn() {
    const on = part("on");
    on.ariaPressed = on.ariaPressed === "true" ? "false" : "true";
    watchEnd();
  }

  function close() {
    media.pause();
    leaveQueue();
    click++;
    now = null;
    media.removeAttribute("src");
    media.load();
    host.hidden = true;
    drawSigns();
  }

  const skip = (seconds) => () => seek(position() + seconds);
  function playNext() {
    const hit = now && nextHit(moments());
    if (hit && queue) playQueued(queue.items, queue.at + 1);
    else if (hit) choose(hit.id, hit.start, hit.end);
  }
  const actions = { back: skip(-SKIP), forward: skip(SKIP), play: toggle, next: playNext,
    on: goOn, close };
  for (const [name, action] of Object.entries(actions)) part(name).addEventListener("click", action);
  seekBar.addEventListener("input", () => seek(Number(seekBar.value)));
  part("speed").addEventListener("change", () => {
    media.playbackRate = media.defaultPlaybackRate = Number(part("speed").value);
  });
  const keys = { " ": toggle, k: toggle, ArrowLeft: actions.back, ArrowRight: actions.forward,
    n: playNext, Escape: close };
  host.shadowRoot.addEventListener("keydown", (event) => {
    const isOwn = event.key === " " || event.key.startsWith("Arrow"); // of buttons and lists
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (isOwn && event.target.matches(event.key === " " ? "button, select" : "select")) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const [name, action] of [["play", toggle], ["pause", toggle], ["nexttrack", playNext],
    ["seekbackward", actions.back], ["seekforward", actions.forward]])
    navigator.mediaSession?.setActionHandler(name, action);

  for (const name of ["timeupdate", "play", "pause", "seeked", "loadedmetadata", "ratechange"])
    media.addEventListener(name, () => { draw(); watchEnd(); });
  media.addEventListener("playing", () => {
    tell("");
    if (!now.outlined) drawOutline(now); // not before: it takes time from what plays
  });
  media.addEventListener("ended", () => { if (queue) endMoment(); });
  media.addEventListener("error", () => {
    if (!now?.source) return;
    if (now.source !== now.address) return tell("The recording cannot be read any more");
    want.at = position();
    now.source = "";
    if (want.play) makeCopy(now);
  });

  // Another player of the page, that of an uploaded clip, and this one take turns.
  document.addEventListener("play", () => media.pause(), true); // its own stay within its root
  media.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio, video")) other.pause();
  });
  document.addEventListener("click", (event) => {
    const sign = event.target.closest?.("button") && read(event.target.closest(SIGN));
    if (!sign) return;
    event.stopPropagation(); // nothing for the server to do
    event.preventDefault();
    if (plays(sign) && !isAt(sign)) return pauseWhole(sign);
    const hasEnded = media.paused && sign.end !== null && stopAt === null;
    if (!isAt(sign) || hasEnded) return choose(sign.id, sign.start, sign.end);
    toggle();
  }, true);
  for (const name of ["pointerover", "focusin"])
    document.addEventListener(name, (event) => {
      const sign = read(event.target.closest?.(SIGN));
      if (sign) factsOf(`${library}/${sign.id}`).catch(() => {}); // known by the click
    });

  setInterval(() => host.hidden || draw(), 1000); // pages change while nothing plays

  return {
    // Told by each page that is drawn.
    visit({ address, cue }) {
      library = address;
      const name = cue ? cue.join(" ") : "";
      if (!cue || name === lastCue || !media.paused) return;
      lastCue = name;
      open(...cue, null, false);
    },
    play: (id, at) => choose(id, at, null),
    // Hits in their order, each from its start to its end.
    playAll: (items) => playQueued(items, 0),
    stop: () => { leaveQueue(); media.pause(); },
    pause: () => media.pause(),
    isPlaying: (id) => now?.id === id && !media.paused,
    // What `playAll` was given, while that lasts; document events of the name QUEUE tell of it.
    queued: () => queue?.items ?? null,
    // Seconds of a recording at which the player stands; null where it has another one.
    position: (id) => (now?.id === id ? position() : null),
  };
}

const moments = () =>
  [...document.querySelectorAll(SIGN)].map(read).filter((sign) => sign && sign.end !== null);

function read(sign) {
  for (const name of sign?.classList ?? []) {
    const found = KEY.exec(name);
    if (found) {
      const [, id, start, end] = found;
      return { id, start: start / 1000, end: Number(end) ? end / 1000 : null };
    }
  }
  return null;
}

const played = new WeakMap(); // texts of signs that say Pause: what they said before

// Streamlit's buttons have their words and the name of an icon, those of lists a shape.
function drawSign(element, plays) {
  const button = element.matches("button") ? element : element.querySelector("button");
  if (!button || (!plays && button.dataset.plays !== "true")) return;
  button.dataset.plays = plays;
  const swap = (text) => (plays ? text.replace(/^Play/, "Pause") : text.replace(/^Pause/, "Play"));
  if (button.ariaLabel) button.ariaLabel = button.title = swap(button.ariaLabel);
  const texts = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
  let isFrom = false; // the rest says from where, in as many texts as Streamlit makes of it
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (plays) {
      const now = isFrom ? "" : text.data.replace(/^Play( from .*)?/, "Pause")
        .replace(/^play_/, "pause_");
      isFrom ||= text.data.startsWith("Play from ");
      if (now === text.data) continue;
      played.set(text, text.data);
      text.data = now;
    } else if (played.has(text)) {
      text.data = played.get(text);
      played.delete(text);
    }
  }
  const shape = button.querySelector("svg path");
  if (!shape) return;
  shape.dataset.play ??= shape.getAttribute("d");
  shape.setAttribute("d", plays ? PAUSE_SIGN : shape.dataset.play);
}

async function ask(address) {
  const answer = await fetch(address);
  const isPlain = answer.headers.get("content-type")?.startsWith("text/plain");
  if (!answer.ok)
    throw new Error(isPlain ? await answer.text() : "The app answers no more; load the page again");
  return answer;
}

// Ask until something is made; null where nobody wants it any more.
async function whenMade(address, isWanted, told = () => {}) {
  while (isWanted()) {
    const answer = await ask(address);
    const made = await answer.json();
    if (answer.status !== 202) return made;
    told(made.share);
    await new Promise((done) => setTimeout(done, 500));
  }
  return null;
}

// Wait until the browser has drawn what it was given (Safari does not tell).
function idle() {
  return new Promise((done) => window.requestIdleCallback
    ? requestIdleCallback(done, { timeout: 1000 }) : setTimeout(done, 100));
}

function clock(seconds) {
  const whole = Math.floor(seconds || 0);
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
