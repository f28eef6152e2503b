// Answers as one types, and the map's caption. Every page works without it.
"use strict";

// the script stands in the head, before what it looks for
document.addEventListener("DOMContentLoaded", () => {
  const WAIT_MS = 250; // of quiet after a key before a question is asked
  const form = document.querySelector("form[data-kb-ask]");
  const answer = document.getElementById("kb-answer");

  if (form && answer) {
    const field = form.elements.q;
    const status = document.getElementById("kb-status"); // read aloud, and short
    let timer = 0;
    let latest = null;

    const show = async () => {
      const asked = field.value.trim();
      const url = new URL(form.action);
      if (asked) url.searchParams.set("q", asked);
      const page = String(url);
      url.searchParams.set("fragment", "1");
      if (latest) latest.abort();
      latest = new AbortController();
      try {
        const response = await fetch(url, { signal: latest.signal, credentials: "same-origin" });
        answer.innerHTML = await response.text();
        history.replaceState(null, "", page);
        if (response.status === 503) again();
      } catch (error) {
        if (error.name === "AbortError") return;
        answer.textContent = "kb does not answer. Is it running?";
      }
      const first = answer.querySelector("h2") || answer;
      status.textContent = first.textContent.trim().replace(/\s+/g, " ");
    };

    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(show, 1000);
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(show, WAIT_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      show();
    });
    if (answer.querySelector("[data-kb-again]")) again();
  }

  const map = document.querySelector("[data-kb-map]");
  if (map) {
    const caption = map.querySelector("[data-kb-caption]");
    const tell = (event) => {
      const link = event.target.closest("a");
      if (link) caption.textContent = link.getAttribute("aria-label");
    };
    map.addEventListener("pointerover", tell);
    map.addEventListener("focusin", tell);
  }
});
