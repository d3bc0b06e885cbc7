// An import goes on by itself while its page is open; without script its button does the same.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-go-on]");
  if (form) window.setTimeout(() => form.requestSubmit(), 300);
});
