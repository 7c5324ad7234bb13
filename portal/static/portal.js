// Conveniences only: every page works without them.
"use strict";

document.addEventListener("click", (event) => {
  const phrase = event.target.closest(".phrase");
  if (phrase) {
    const field = document.getElementById(phrase.parentElement.dataset.for);
    field.value = field.value ? `${field.value}\n${phrase.textContent}` : phrase.textContent;
    field.focus();
  }
  if (event.target.closest("[data-print]")) window.print();
});

// What was wrong, or what to look at next, is read out and scrolled to.
addEventListener("DOMContentLoaded", () => {
  const first = document.getElementById("trouble") || document.getElementById("preview");
  if (first) first.focus();
});

// A second click while the first is on its way sends nothing: the key would make it one anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post") form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
