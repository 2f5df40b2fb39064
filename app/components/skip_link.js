// Results are drawn behind it, and anew: the first is looked for at the click.
const FIRST = '[class*="st-key-card-"] a[href], [data-testid="stExpander"] summary';

export default function ({ parentElement }) {
  const link = parentElement.querySelector(".hilbert-skip");
  link.onclick = () => {
    const first = document.querySelector(FIRST);
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  };
}
