// Gives the altcha widget its worker, then starts it: a file of its own, because the content policy allows no code from a blob,
// and only then, because a widget that started by itself could be quicker than this.
(() => {
  const widget = document.querySelector("altcha-widget[data-worker]");
  if (!widget || !globalThis.$altcha) return;
  globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(widget.dataset.worker));
  const start = () => widget.verify();
  if (widget.getState) start();
  else widget.addEventListener("load", start, { once: true });
})();
