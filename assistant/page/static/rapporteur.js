// What HTML alone can't do on the page: open a source by its number, copy a reference, ask a question that is a link,
// send files, say to screen readers how an answer stands. Everything is found by its class; nothing is made of text.
"use strict";

(() => {
  const said = document.createElement("div");
  said.className = "rp-hidden";
  said.setAttribute("role", "status");
  said.setAttribute("aria-live", "polite");

  function show(details) {
    document.querySelectorAll("details.rp-shown").forEach((other) => other.classList.remove("rp-shown"));
    details.open = true;
    details.classList.add("rp-shown");
    details.scrollIntoView({ block: "nearest" });
    details.querySelector("mark").scrollIntoView({ block: "nearest" });
    details.querySelector("summary").focus({ preventScroll: true });
  }

  // Gradio's own words are in the language of the browser; here they are to be in that of the page.
  const spoken = { zh: "zh-CN" }[document.documentElement.lang] || document.documentElement.lang;
  Object.defineProperty(navigator, "language", { get: () => spoken });
  Object.defineProperty(navigator, "languages", { get: () => [spoken] });

  function select(name) {
    const tab = document.querySelector(`[role=tab]#rp-tab-${name}-button`);
    if (tab) tab.click();
  }

  function fill(field, text) {
    const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function ask(link) {
    const question = new URL(link.href).searchParams.get("ask");
    const field = document.querySelector("#rp-question textarea");
    const button = document.querySelector("#rp-ask");
    if (!question || !field || !button) return false;
    select("ask");
    fill(field, question);
    setTimeout(() => button.click(), 100);
    return true;
  }

  // Files go to the API of this site, one after another; then the page follows the jobs that read them.
  function chosen(form) {
    form.querySelector(".rp-told").textContent = "";
    form.querySelector(".rp-chosen").replaceChildren(...[...form.elements.files.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = file.name;
      return line;
    }));
  }

  async function sent(form, file) {
    const most = Number(form.elements.most.value);
    const say = (name) => form.querySelector(`.rp-say-${name}`).textContent;
    if (file.size > most) throw new Error(`${say("too-large")} ${Math.floor(most / 1e6)}`);
    const body = new FormData();
    body.append("file", file, file.name);
    body.append("ocr", form.elements.ocr.checked);
    for (const name of ["symbol", "language"]) {
      const value = form.elements[name].value.trim();
      if (value) body.append(name, value);
    }
    const reply = await fetch("/api/v1/uploads", { method: "POST", body }).catch(() => null);
    const told = reply && await reply.json().catch(() => null);
    if (!reply || !reply.ok) throw new Error((told && told.detail) || say("not-sent"));
    return told.id;
  }

  async function send(form) {
    const told = form.querySelector(".rp-told");
    const button = form.querySelector(".rp-read-in");
    const files = [...form.elements.files.files];
    const jobs = [], faults = [];
    button.disabled = true;
    for (const [n, file] of files.entries()) {
      told.textContent = `${form.querySelector(".rp-say-sending").textContent} ${file.name} (${n + 1}/${files.length})`;
      try {
        jobs.push(await sent(form, file));
      } catch (error) {
        faults.push(`${file.name}: ${error.message}`);
      }
    }
    if (files.length) form.elements.files.value = "";
    chosen(form);
    told.textContent = faults.join(" ");
    button.disabled = false;
    if (jobs.length || !files.length) follow(jobs);
  }

  function follow(jobs) {
    const field = document.querySelector("#rp-sent textarea, #rp-sent input");
    const button = document.querySelector("button#rp-follow");
    fill(field, jobs.join(" "));
    setTimeout(() => button.click(), 100);
  }

  document.addEventListener("submit", (event) => {
    signing_out = event.target.matches("form.rp-who");
    const form = event.target.closest("form.rp-upload");
    if (!form) return;
    event.preventDefault();
    send(form);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.rp-upload");
    if (form && event.target === form.elements.files) chosen(form);
  });

  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest("form.rp-upload");
      if (!form || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      if (kind === "drop") {
        form.elements.files.files = event.dataTransfer.files;
        chosen(form);
      }
    });
  }

  // An answer that was cut off says so, and its question stands in the field again, unless something else does.
  function lost() {
    const turn = [...document.querySelectorAll(".rp-turn.rp-now")].find((each) => each.querySelector(".rp-waiting"));
    if (!turn || leaving) return;
    turn.classList.add("rp-cut");
    const again = turn.querySelector(".rp-lost a.rp-ask");
    const field = document.querySelector("#rp-question textarea");
    if (again && field && !field.value.trim()) fill(field, new URL(again.href).searchParams.get("ask"));
    said.textContent = (turn.querySelector(".rp-lost") || turn).textContent;
  }

  // Where the page is left or begins anew, as Gradio has it do when the connection comes back, the question that has no
  // answer yet stands in the field again. It is kept for this window alone.
  const KEPT = "rapporteur-question";
  let leaving = false, signing_out = false;
  window.addEventListener("pagehide", () => {
    const field = document.querySelector("#rp-question textarea");
    const open = document.querySelector(".rp-turn.rp-now .rp-lost a.rp-ask");
    const text = field && (field.value.trim() || (open && new URL(open.href).searchParams.get("ask")));
    leaving = true;
    if (text && !signing_out) sessionStorage.setItem(KEPT, text);
  });

  function restore(field) {
    const text = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (text && !field.value && !new URL(window.location).searchParams.has("ask")) fill(field, text);
  }

  async function follow_to_the_end(reply) {
    let last = "";
    try {
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) last = (last + part.value).slice(-500);
    } catch { /* it was cut */ }
    if (!last.includes("close_stream")) lost();
  }

  // Who is not known any more, or not yet again, signs in, and comes back with the question that stands in the field.
  const asked = window.fetch;
  window.fetch = async (...call) => {
    const listens = String(call[0].url || call[0]).includes("/gradio_api/queue/data");
    const reply = await asked(...call).catch((error) => {
      if (listens) lost();
      throw error;
    });
    if (listens && reply.body) follow_to_the_end(reply.clone());
    if (reply.status === 401 && new URL(reply.url).pathname === "/gradio_api/queue/join") {
      const field = document.querySelector("#rp-question textarea");
      const there = field && field.value.trim() ? `/?ask=${encodeURIComponent(field.value.trim())}` : "/";
      const here = there.length < 1000 ? there : "/";
      window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
    }
    return reply;
  };

  document.addEventListener("click", (event) => {
    const cite = event.target.closest("a.rp-cite");
    if (cite) {
      const details = document.getElementById(decodeURIComponent(cite.hash.slice(1)));
      if (details) {
        event.preventDefault();
        show(details);
      }
      return;
    }
    const copy = event.target.closest("button.rp-copy");
    if (copy) {
      const text = copy.closest(".rp-card").querySelector(".rp-reference").textContent;
      const told = () => {
        said.textContent = text;
        copy.classList.add("rp-copied");
        const label = copy.textContent;
        copy.textContent = "✓";
        setTimeout(() => { copy.textContent = label; }, 1200);
      };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(told, () => select_text(copy));
      } else {
        select_text(copy);
      }
      return;
    }
    const question = event.target.closest("a.rp-ask");
    if (question && ask(question)) event.preventDefault();
  });

  function select_text(copy) {
    const range = document.createRange();
    range.selectNodeContents(copy.closest(".rp-card").querySelector(".rp-reference"));
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function watch() {
    document.body.append(said);
    let last = "", turn = "", restored = false;
    new MutationObserver(() => {
      const state = [...document.querySelectorAll(".rp-turn.rp-now .rp-state")].pop();
      const reason = state && [...document.querySelectorAll(".rp-turn.rp-now .rp-statement, .rp-turn.rp-now .rp-reason")];
      const told = state ? [state.textContent, ...reason.map((each) => each.textContent)].join(" ") : "";
      const waiting = state && state.closest(".rp-waiting");
      const now = waiting ? state.textContent : told;
      if (now !== last) {
        last = now;
        said.textContent = now;
      }
      const shown = document.querySelector(".rp-turn.rp-now");
      // A later turn is brought to the top when it appears, and once more when it is whole.
      const at = shown && shown.id + Boolean(shown.querySelector(".rp-waiting"));
      if (shown && at !== turn) {
        turn = at;
        if (shown.id !== "turn-1") shown.scrollIntoView({ block: "start" });
      }
      const field = document.querySelector("#rp-question textarea");
      if (field && field.dir !== "auto") field.dir = "auto";
      if (field && !restored) {
        restored = true;
        setTimeout(restore, 100, field);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
