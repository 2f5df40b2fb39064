// A button that plays all hits one after another in the app's player, and stops them.
const QUEUE = "hilbert-queue"; // event of the document: what plays has changed (player.js)
const PLAY = "M3 6h11v2H3zm0 5h11v2H3zm0 5h7v2H3zm13-3v7l6-3.5z";
const STOP = "M6 6h12v12H6z";

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const label = button.querySelector("span");
  const player = () => document.getElementById("hilbert-player")?.player;
  const mine = JSON.stringify(data.items);
  const isPlaying = () => JSON.stringify(player()?.queued() ?? null) === mine;
  function draw() {
    const plays = isPlaying();
    button.ariaPressed = String(plays);
    label.textContent = plays ? "Stop" : data.label;
    button.querySelector("path").setAttribute("d", plays ? STOP : PLAY);
  }
  draw();
  button.hidden = false;
  button.style.minWidth = button.style.minWidth || `${button.offsetWidth}px`; // also as "Stop"
  button.onclick = () => (isPlaying() ? player().stop() : player()?.playAll(data.items));
  document.addEventListener(QUEUE, draw);
  return () => document.removeEventListener(QUEUE, draw);
}
