// Files for a draft: chosen or dropped, sent one after the other, listed with what each is for.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const area = document.getElementById("uploads");
  if (!area) return;
  const list = area.querySelector(".chosen");
  const drop = area.querySelector(".drop");
  const choose = document.getElementById("choose");
  const status = area.querySelector(".said");
  const csrf = area.closest("form").elements.csrf.value;
  const waiting = [];
  let sending = null;

  const made = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
  const say = (text) => { status.textContent = text; };
  const kilobytes = (size) => `${Math.max(1, Math.round(size / 1000)).toLocaleString("en")} kB`;

  function problemOf(request) {
    try {
      const told = JSON.parse(request.responseText);
      const said = document.documentElement.lang.startsWith("zh") ? told : told.en;
      return [said.what, said.why, said.todo].filter(Boolean).join("。");
    } catch {
      return area.dataset.unsent;
    }
  }

  function refuse(name, why) {
    const line = made("uploads-refused");
    line.querySelector(".name").textContent = name;
    line.querySelector(".why").textContent = why;
    list.append(line);
    say(`${name}：${why}`);
  }

  function show(file) {
    const known = list.querySelector(`li[data-way="upload"][data-ref="${Number(file.upload)}"]`);
    if (known) return;
    const line = made("uploads-line");
    line.dataset.ref = file.upload;
    line.querySelector(".name").textContent = file.name;
    line.querySelector(".size").textContent = kilobytes(file.size);
    line.querySelector("select").name = `file.upload.${Number(file.upload)}`;
    line.querySelector(".remove").hidden = false;
    const hides = file.hidden ? file.hidden[document.documentElement.lang.startsWith("zh") ? "zh" : "en"] : "";
    line.querySelector(".hides").textContent = hides;
    line.querySelector(".hides").hidden = !hides;
    list.append(line);
    say([`${file.name}：${area.dataset.done}`, hides].filter(Boolean).join("。"));
  }

  function next() {
    if (sending || waiting.length === 0) return;
    const file = waiting.shift();
    const line = made("uploads-going");
    const progress = line.querySelector("progress");
    line.querySelector(".name").textContent = file.name;
    progress.setAttribute("aria-label", file.name);
    list.append(line);
    const request = new XMLHttpRequest();
    sending = request;
    const ended = () => { sending = null; line.remove(); next(); };
    request.open("PUT", `${area.dataset.to}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = Math.round((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => {
      if (request.status === 201) show(JSON.parse(request.responseText));
      else refuse(file.name, problemOf(request));
      ended();
    });
    request.addEventListener("error", () => { refuse(file.name, area.dataset.unsent); ended(); });
    request.addEventListener("abort", ended);
    line.querySelector(".stop").addEventListener("click", () => request.abort());
    request.send(file);
  }

  function take(files) {
    for (const file of files) {
      if (file.size > Number(area.dataset.most)) refuse(file.name, area.dataset.tooLarge);
      else waiting.push(file);
    }
    next();
  }

  function remove(line) {
    const name = line.querySelector(".name").textContent;
    if (line.dataset.way === "upload") {
      const request = new XMLHttpRequest();
      request.open("DELETE", `${area.dataset.to}/${Number(line.dataset.ref)}`);
      request.setRequestHeader("X-CSRF-Token", csrf);
      request.addEventListener("load", () => {
        if (request.status === 204 || request.status === 404) {
          line.remove();
          say(`${name}：${area.dataset.removed}`);
          choose.focus();
        } else say(problemOf(request));
      });
      request.addEventListener("error", () => say(area.dataset.unsent));
      request.send();
    } else {
      line.remove();
      say(`${name}：${area.dataset.removed}`);
      choose.focus();
    }
  }

  drop.hidden = false;
  for (const button of list.querySelectorAll(".remove")) button.hidden = false;
  choose.addEventListener("change", () => { take(choose.files); choose.value = ""; });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  list.addEventListener("click", (event) => {
    const line = event.target.closest("li");
    if (event.target.matches(".remove")) remove(line);
    if (event.target.matches(".close")) line.remove();
  });
  area.closest("form").addEventListener("submit", (event) => {
    if (!sending && waiting.length === 0) return;
    event.preventDefault();
    event.stopPropagation(); // so that it can be sent when the files are there
    say(area.dataset.busy);
  });
});
