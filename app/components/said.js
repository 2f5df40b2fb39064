// What is said, in hits and in lines of a transcript: pieces of a text, each with whether it is
// marked and whether its recogniser doubts it. They are written with `textContent`, never as HTML:
// no text can be a script.
const LINE = "hilbert-line"; // event of the document: show a line of a transcript
// The first letter decides the direction of a text, as `dir="auto"` has it, whoever speaks.
const RIGHT_TO_LEFT = /^[^\p{L}]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

function textOf(parts) {
  return parts.map(([text]) => text).join("");
}

function directionOf(parts) {
  return RIGHT_TO_LEFT.test(textOf(parts)) ? "rtl" : "ltr";
}

function piecesOf(parts) {
  return parts.map(piece);
}

function piece([text, marked, doubtful]) {
  if (!marked && !doubtful) return text;
  const part = document.createElement(marked ? "mark" : "span");
  part.textContent = text;
  if (!doubtful) return part;
  part.classList.add("doubtful");
  part.title = "The recogniser is not sure of this word";
  const note = document.createElement("span");
  note.className = "unseen";
  note.textContent = " (doubtful)";
  part.append(note);
  return part;
}

