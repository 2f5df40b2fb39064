// Links that stay in the app open in the same tab as one step of the browser's history, as Back
// does: Streamlit draws what the address says, and writes nothing. Where they are wanted in another
// tab, they are left to the browser. Where a page was scrolled to is kept with its step.
//
// It comes with the page itself: Streamlit draws links that open another tab, and may have drawn
// some before any component runs.
const main = () => document.querySelector('[data-testid="stMain"]');
const isSidebar = (element) => element.dataset?.testid === "stSidebar";
// Pages have one name and no suffix; recordings and files lie deeper.
const isPage = (url) => url.origin === location.origin && /^\/[^/.]*$/.test(url.pathname);

function onClick(event) {
  const link = event.composedPath().find((element) => element.tagName === "A");
  if (!link?.href || link.hasAttribute("download")) return;
  if (link.getAttribute("href").startsWith("#")) return; // a place on this page is no step
  const url = new URL(link.href, location.href);
  if (!isPage(url)) return;
  event.stopPropagation();
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (url.href === location.href) return;
  keepScroll();
  history.pushState({}, "", url);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  if (event.composedPath().some(isSidebar)) closeOverPage();
}

// On a phone the menu lies over the page that was chosen.
function closeOverPage() {
  if (!matchMedia("(max-width: 768px)").matches) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

function keepScroll() {
  history.replaceState({ ...history.state, scrolled: main()?.scrollTop || 0 }, "");
}

let timer = 0;
function onScroll() {
  clearTimeout(timer);
  timer = setTimeout(keepScroll, 150);
}

let waiting = 0;
function onHistory(event) {
  clearTimeout(timer);
  clearInterval(waiting);
  const wanted = event.state?.scrolled || 0;
  if (!wanted) { main()?.scrollTo(0, 0); return; }
  // What is drawn anew takes a while to be as long as it was.
  const until = Date.now() + 4000;
  waiting = setInterval(() => {
    const page = main();
    if (page && page.scrollHeight - page.clientHeight >= wanted) {
      page.scrollTo(0, wanted);
      clearInterval(waiting);
    } else if (Date.now() > until) clearInterval(waiting);
  }, 100);
}

document.addEventListener("click", onClick, true);
document.addEventListener("scroll", onScroll, true);
addEventListener("popstate", onHistory);
