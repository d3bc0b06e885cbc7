// Marks the chapter being read in the contents list, and opens the question that a link points at.
(() => {
  const links = [...document.querySelectorAll(".toc a[href^='#']")];
  const chapters = links.map((link) => document.getElementById(link.hash.slice(1)));

  const mark = () => {
    // The last chapter whose top has passed the upper third of the window.
    const line = window.innerHeight / 3;
    let current = -1;
    chapters.forEach((chapter, index) => {
      if (chapter && chapter.getBoundingClientRect().top <= line) current = index;
    });
    const last = chapters.at(-1);
    if (last && last.getBoundingClientRect().bottom < line) current = -1;
    links.forEach((link, index) => {
      if (index === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };

  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  };

  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    const details = target?.closest("details");
    if (details) details.open = true;
  };

  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon, { passive: true });
  addEventListener("hashchange", reveal);
  reveal();
  mark();
})();
