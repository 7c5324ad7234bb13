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

// A file beside a field of text: what is in it comes into the field, to be read before it is sent.
addEventListener("DOMContentLoaded", () => {
  for (const file of document.querySelectorAll("input[type=file][data-fills]")) {
    file.closest("[hidden]").hidden = false;
    file.addEventListener("change", async () => {
      if (!file.files.length) return;
      document.getElementById(file.dataset.fills).value = await file.files[0].text();
      if (file.dataset.names) document.getElementById(file.dataset.names).value = file.files[0].name;
    });
  }
});
