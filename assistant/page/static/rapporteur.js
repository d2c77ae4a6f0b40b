// What HTML alone can't do on the page: open a source by its number, copy a reference, ask a question that is a link,
// send files, keep conversations, say to screen readers how an answer stands. Everything is found by its class; nothing but
// text is made of text.
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
    if (busy()) hold();
    else setTimeout(() => button.click(), 100);
    return true;
  }

  // A question on its way leaves the field; one that could not be answered comes back into it, unless something else stands there.
  // A further one waits in the field until the answer before it is complete.
  let on_its_way = "", sent_last = "", shown_before = null;

  function busy() {
    return Boolean(on_its_way || document.querySelector(".rp-turn.rp-now:not(.rp-cut) .rp-status.rp-waiting"));
  }

  function hold() {
    tell_composer(document.querySelector(".rp-say-hold").textContent);
  }

  function tell_composer(text) {
    let place = document.querySelector(".rp-composer .rp-held-up");
    if (!place) {
      place = document.createElement("p");
      place.className = "rp-held-up rp-warning";
      document.querySelector(".rp-composer").append(place);
    }
    place.textContent = text;
    if (text) said.textContent = text;
  }

  // What has become of the question that was sent last, as the page shows it now.
  function follow_question(shown) {
    if (on_its_way && shown !== shown_before) on_its_way = "";
    if (busy()) return;
    able(true);
    const told = document.querySelector(".rp-composer .rp-held-up");
    if (told && told.textContent) tell_composer("");
    if (sent_last && shown && shown !== shown_before) {
      if (shown.matches(".rp-not-taken")) bring_back(sent_last);
      sent_last = "";
    }
  }

  function taken(call) {
    const field = document.querySelector("#rp-question textarea");
    let values = [];
    try {
      values = JSON.parse(call.body).data || [];
    } catch { /* no call of a function */ }
    const text = values.length > 1 && typeof values[0] === "string" && field && field.value.trim() === values[0].trim() ? field.value : "";
    if (!text.trim()) return "";
    on_its_way = sent_last = text;
    shown_before = document.querySelector(".rp-turn.rp-now");
    able(false);
    fill(field, "");
    return text;
  }

  function bring_back(text) {
    const field = document.querySelector("#rp-question textarea");
    if (text && field && !field.value.trim()) fill(field, text);
  }

  // A question that was not even taken.
  function refused(question) {
    on_its_way = "";
    able(true);
    bring_back(question);
  }

  function able(on) {
    const button = document.querySelector("button#rp-ask");
    if (button) button.disabled = !on;
  }

  // A name without what would make it look like another: characters that turn the direction of writing or are not seen are
  // shown by their number. Those that join and part letters stay.
  function visible(name) {
    return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => ("\u200c\u200d".includes(sign) ? sign
      : `\\u${sign.codePointAt(0).toString(16).padStart(4, "0")}`));
  }

  const MOST_WAITED = 3600; // seconds without a place for any file, after which the others are not sent

  // Files go to the API of this site, one after another; then the page follows the jobs that read them.
  function chosen(form) {
    form.querySelector(".rp-told").textContent = "";
    form.querySelector(".rp-chosen").replaceChildren(...[...form.elements.files.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = visible(file.name);
      return line;
    }));
  }

  async function sent(form, file, fields, wait) {
    const most = Number(form.elements.most.value);
    const say = (name) => form.querySelector(`.rp-say-${name}`).textContent;
    if (file.size > most) throw new Error(say("too-large").replace("{most}", Math.floor(most / 1e6)));
    const body = new FormData();
    // A browser would send quotation marks and line breaks of a name as %22 and %0D%0A.
    body.append("file", file, file.name.replaceAll('"', "'").replace(/[\r\n]+/g, " "));
    for (const [name, value] of fields) body.append(name, value);
    for (;;) {
      const reply = await fetch("/api/v1/uploads", { method: "POST", body }).catch(() => null);
      const told = reply && await reply.json().catch(() => null);
      if (reply && reply.ok) return told.id;
      const detail = (told && told.detail) || say("not-sent");
      const later = reply && [429, 503].includes(reply.status) && Number(reply.headers.get("retry-after"));
      if (!later || !wait(later, detail)) throw new Error(detail);
      await new Promise((go) => setTimeout(go, later * 1000)); // a full queue takes it later
    }
  }

  async function send(form) {
    const told = form.querySelector(".rp-told");
    const button = form.querySelector(".rp-read-in");
    // Small files first, so that they do not wait for a large one.
    const files = [...form.elements.files.files].sort((one, other) => one.size - other.size);
    const jobs = [], faults = [], left = new DataTransfer();
    if (files.length > 1 && form.elements.symbol.value.trim()) {
      told.textContent = form.querySelector(".rp-say-one-symbol").textContent;
      return;
    }
    // What is chosen while files are sent is not meant for these.
    const inputs = [button, ...["files", "symbol", "language", "ocr", "again"].map((name) => form.elements[name])];
    const fields = ["ocr", "again"].map((name) => [name, form.elements[name].checked]);
    const words = ["symbol", "language"].map((name) => [name, form.elements[name].value.trim()]);
    fields.push(...words.filter(([, value]) => value));
    for (const input of inputs) input.disabled = true;
    let waited = 0;
    for (const [n, file] of files.entries()) {
      const sending = `${form.querySelector(".rp-say-sending").textContent} ${visible(file.name)} (${n + 1}/${files.length})`;
      const wait = (seconds, detail) => {
        told.textContent = `${sending}\n${detail}`;
        return (waited += seconds) <= MOST_WAITED;
      };
      told.textContent = sending;
      try {
        jobs.push(await sent(form, file, fields, wait));
        waited = 0;
        if (jobs.length === 1 && files.length > 1) press("rp-sent", jobs[0], "rp-follow"); // their jobs are shown meanwhile
      } catch (error) {
        left.items.add(file);
        faults.push(`${visible(file.name)}: ${error.message}`);
      }
    }
    form.elements.files.files = left.files;
    chosen(form);
    told.textContent = faults.join("\n");
    for (const input of inputs) input.disabled = false;
    if (jobs.length || !files.length) press("rp-sent", jobs.join(" "), "rp-follow");
  }

  // Has a function of the page run over words that the script writes into a field for it.
  function press(field, words, button) {
    fill(document.querySelector(`#${field} textarea, #${field} input`), words);
    setTimeout(() => document.querySelector(`button#${button}`).click(), 100);
  }

  // Conversations are kept in this browser, by who asks, each as the service gave it: sealed, so that the service knows it again
  // and draws it. Those that the server keeps stand in the same list.
  const TALKS = "rapporteur-talks:", SHOWN = "rapporteur-shown";
  const MOST_TALKS = 50, MOST_THERE = 100, MOST_CHARACTERS = 3e6;
  let person = null, there = [], shown_talk = "";

  async function call(method, path, body) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const reply = await asked(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
    if (!reply || !reply.ok) throw new Error(String(reply ? reply.status : ""));
    return reply.status === 204 ? null : reply.json();
  }

  function here() {
    try {
      const kept = JSON.parse(localStorage.getItem(TALKS + person));
      return Array.isArray(kept) ? kept.filter((each) => each && typeof each.token === "string") : [];
    } catch {
      return [];
    }
  }

  function write(talks) {
    const kept = talks.slice(0, MOST_TALKS);
    for (;;) {
      const text = JSON.stringify(kept);
      try {
        if (text.length > MOST_CHARACTERS && kept.length) throw new Error("too much");
        localStorage.setItem(TALKS + person, text);
        return;
      } catch {
        if (!kept.length) return; // this browser keeps nothing
        kept.pop();
      }
    }
  }

  function remember(token) {
    shown_talk = token;
    if (token) sessionStorage.setItem(SHOWN, `${person} ${token}`);
    else sessionStorage.removeItem(SHOWN);
  }

  function list_talks() {
    const place = document.querySelector(".rp-talks");
    if (!place) return;
    const own = here();
    const all = [...own, ...there.filter((each) => !own.some((one) => one.token === each.token))];
    all.sort((a, b) => String(b.changed).localeCompare(String(a.changed)));
    place.classList.toggle("rp-some", all.length > 0);
    place.querySelector("ul").replaceChildren(...all.map((each) => {
      const line = document.createElement("li"), open = document.createElement("button"), gone = document.createElement("button");
      const title = String(each.title);
      open.type = gone.type = "button";
      open.className = "rp-open";
      gone.className = "rp-forget";
      const words = document.createElement("span");
      words.textContent = title;
      words.dir = "auto";
      open.append(words);
      if (each.token === shown_talk) open.setAttribute("aria-current", "true");
      gone.textContent = "×";
      gone.setAttribute("aria-label", place.querySelector(".rp-say-forget").textContent.replace("{title}", () => title));
      open.dataset.token = gone.dataset.token = each.token;
      line.append(open, gone);
      return line;
    }));
  }

  // Until the conversation of before stands there again, the page says so instead of showing how to begin.
  const MOST_REOPENING = 30000;
  function nothing_reopens() {
    document.documentElement.classList.remove("rp-reopening");
  }

  async function begin_talks() {
    const known = await call("GET", "/conversations").catch(() => null);
    if (!known) {
      nothing_reopens();
      return;
    }
    person = known.who;
    told_talks(known);
    if (known.keeping && there.length < MOST_THERE) send_talks(here().filter((each) => !there.some((one) => one.token === each.token)));
    // What this window showed to the same person before it was left.
    const [who, token] = (sessionStorage.getItem(SHOWN) || "").split(" ");
    const addressed = new URL(window.location).searchParams;
    if (token && who === person && !addressed.has("ask") && !document.querySelector(".rp-turn")) open_talk(token);
    else nothing_reopens();
  }

  function told_talks(known) {
    there = known.kept;
    // What was deleted elsewhere goes here too.
    const left = here().filter((each) => !known.forgotten.includes(each.token));
    if (left.length < here().length) write(left);
    const place = document.querySelector(".rp-talks");
    place.classList.toggle("rp-can-keep", known.keeping !== null);
    place.querySelector("#rp-keeping").checked = known.keeping === true;
    list_talks();
  }

  // Has the server keep what lies in this browser.
  async function send_talks(talks) {
    for (const { token, kept, seal, changed } of talks) {
      await call("POST", "/conversations/kept", { token, kept, seal, changed }).catch(() => say_talks(true));
    }
    if (talks.length) await call("GET", "/conversations").then(told_talks, () => null);
  }

  async function open_talk(token) {
    const kept = here().find((each) => each.token === token);
    const body = kept ? { token, kept: kept.kept, seal: kept.seal } : { token };
    const opened = await call("POST", "/conversations", body).catch(() => null);
    say_talks(!opened);
    if (!opened) {
      nothing_reopens();
      remember("");
      return;
    }
    if (kept && opened.token !== token) write(here().map((each) => (each === kept || each.token === token ? { ...each, token: opened.token } : each)));
    remember(opened.token);
    press("rp-opened", opened.token, "rp-reopen");
    list_talks();
  }

  async function keep_talk(token) {
    remember(token);
    if (person === null) return;
    const kept = await call("GET", `/conversations/${token}.json`).catch(() => null);
    if (!kept) return;
    const before = here().find((each) => each.token === token);
    if (!before || before.kept !== kept.kept) write([{ ...kept, title: before ? before.title : kept.title, changed: new Date().toISOString() },
      ...here().filter((each) => each.token !== token)]);
    list_talks();
  }

  async function forget_talks(tokens, everything) {
    const query = new URLSearchParams([...tokens.map((each) => ["token", each]), ...(everything ? [["everything", "true"]] : [])]);
    const done = await call("DELETE", `/conversations?${query}`).then(() => true, () => false);
    say_talks(!done);
    if (!done) return;
    write(here().filter((each) => !tokens.includes(each.token)));
    there = everything ? [] : there.filter((each) => !tokens.includes(each.token));
    if (tokens.includes(shown_talk)) {
      remember("");
      const anew = document.querySelector("button#rp-anew");
      if (anew && document.querySelector(".rp-turn")) anew.click();
    }
    list_talks();
  }

  function say_talks(wrong) {
    const place = document.querySelector(".rp-talks");
    place.querySelector(".rp-told").textContent = wrong ? place.querySelector(".rp-say-not-done").textContent : "";
  }

  // The token of the conversation that is shown, which stands where it is taken away.
  function token_shown() {
    const file = document.querySelector("#rp-export a[href$='.md']");
    return file ? file.pathname.split("/").pop().slice(0, -".md".length) : "";
  }

  async function share(button) {
    const turn = Number(button.closest(".rp-turn").id.slice("turn-".length));
    const place = button.closest(".rp-sharing");
    button.disabled = true;
    const made = await call("POST", "/answers", { token: token_shown(), turn }).catch(() => null);
    button.disabled = false;
    if (!made) {
      say_talks(true);
      return;
    }
    links.set(`${token_shown()} ${turn}`, made);
    show_link(place, made);
    place.querySelector(".rp-address").select();
  }

  // Links that were made in this window, by conversation and turn: a turn is drawn anew when the next question is asked.
  const links = new Map();

  function show_link(place, made) {
    place.querySelector(".rp-address").value = new URL(made.path, window.location.origin).href;
    place.querySelector(".rp-until").textContent = made.until;
    place.classList.add("rp-made");
  }

  function show_links() {
    if (!links.size) return;
    for (const place of document.querySelectorAll(".rp-sharing:not(.rp-made)")) {
      const made = links.get(`${token_shown()} ${place.closest(".rp-turn").id.slice("turn-".length)}`);
      if (made) show_link(place, made);
    }
  }

  document.addEventListener("submit", (event) => {
    signing_out = event.target.matches("form.rp-who");
    if (signing_out) {
      // Who signs out may leave the browser to somebody else.
      if (person !== null) localStorage.removeItem(TALKS + person);
      remember("");
    }
    if (event.target.matches("#rp-first form")) event.target.classList.add("rp-sent");
    const form = event.target.closest("form.rp-upload");
    if (!form) return;
    event.preventDefault();
    send(form);
  });

  document.addEventListener("change", (event) => {
    // What changes the language is shown once another is chosen.
    const language = event.target.closest("form.rp-language");
    if (language) language.classList.add("rp-chosen-anew");
    const form = event.target.closest("form.rp-upload");
    if (form && event.target === form.elements.files) chosen(form);
    if (event.target.id === "rp-keeping") {
      call("POST", "/conversations/keeping", { on: event.target.checked }).then((known) => {
        told_talks(known);
        if (known.keeping) send_talks(here());
      }, () => say_talks(true));
    }
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
    if (on_its_way) refused(on_its_way);
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
  let leaving = false, signing_out = false, again = "";
  window.addEventListener("pagehide", () => {
    const field = document.querySelector("#rp-first form:not(.rp-sent) textarea, #rp-question textarea");
    const open = document.querySelector(".rp-turn.rp-now .rp-lost a.rp-ask");
    const text = field && (field.value.trim() || on_its_way || (open && new URL(open.href).searchParams.get("ask")));
    leaving = true;
    if (text && !signing_out) sessionStorage.setItem(KEPT, text);
  });

  function restore(field) {
    const text = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (!text || field.value || new URL(window.location).searchParams.has("ask")) return;
    fill(field, text);
    again = text;
  }

  // The question that stands in the field again was answered after all, while the page was away.
  function answered(turn) {
    const field = document.querySelector("#rp-question textarea");
    const asked_last = turn.querySelector("h2.rp-asked").lastChild.textContent.trim();
    if (again && asked_last === again && field.value.trim() === again) fill(field, "");
    again = "";
  }

  async function follow_to_the_end(reply) {
    let last = "";
    try {
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) last = (last + part.value).slice(-500);
    } catch { /* it was cut */ }
    if (!last.includes("close_stream")) lost();
  }

  // Who is not known any more, or not yet again, signs in, and comes back with the question that stands in the field. Gradio shows
  // why a call was refused, unless the service is busy or can't be reached: for these it has words of its own, in English.
  const asked = window.fetch;
  window.fetch = async (...call) => {
    const address = String(call[0].url || call[0]);
    const listens = address.includes("/gradio_api/queue/data"), joins = address.includes("/gradio_api/queue/join");
    const question = joins && call[1] ? taken(call[1]) : "";
    const reply = await asked(...call).catch((error) => {
      if (listens) lost();
      const told = document.querySelector(".rp-say-not-done");
      if (question) refused(question);
      if (!joins || !told) throw error;
      return new Response(JSON.stringify({ detail: told.textContent }), { status: 500 });
    });
    if (question && !reply.ok) refused(question);
    if (listens && reply.body) follow_to_the_end(reply.clone());
    if (joins && reply.status === 401) {
      const field = document.querySelector("#rp-question textarea");
      const there = field && field.value.trim() ? `/?ask=${encodeURIComponent(field.value.trim())}` : "/";
      const here = there.length < 1000 ? there : "/";
      window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
    }
    return joins && reply.status === 503 ? new Response(reply.body, { status: 500 }) : reply;
  };

  for (const kind of ["keydown", "keypress"]) {
    document.addEventListener(kind, (event) => {
      const field = event.target, first = field.matches("#rp-first textarea");
      const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && (first || field.matches("#rp-question textarea"));
      if (!sends || !field.value.trim() || !(first || busy())) return;
      event.preventDefault();
      event.stopPropagation();
      if (!first) hold();
      else if (!event.repeat) field.form.requestSubmit();
    }, true);
  }

  document.addEventListener("click", (event) => {
    const field = event.target.closest("a.rp-skip[href='#rp-question']") && document.querySelector("textarea#rp-question, #rp-question textarea");
    if (field) {
      event.preventDefault();
      select("ask");
      setTimeout(() => field.focus()); // once the tab is shown
    }
    const cite = event.target.closest("a.rp-cite");
    if (cite) {
      const details = document.getElementById(decodeURIComponent(cite.hash.slice(1)));
      if (details) {
        event.preventDefault();
        show(details);
      }
      return;
    }
    const copy = event.target.closest("button.rp-copy, button.rp-copy-link");
    if (copy) {
      const address = copy.matches(".rp-copy-link") && copy.closest(".rp-sharing").querySelector(".rp-address");
      const text = address ? address.value : copy.closest(".rp-card").querySelector(".rp-reference").textContent;
      const lay_open = () => (address ? address.select() : select_text(copy));
      const told = () => {
        said.textContent = text;
        copy.classList.add("rp-copied");
        copy.dataset.label ??= copy.textContent; // a second press comes while it shows the mark
        copy.textContent = "✓";
        setTimeout(() => { copy.textContent = copy.dataset.label; }, 1200);
      };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(told, lay_open);
      } else {
        lay_open();
      }
      return;
    }
    const opened = event.target.closest("button.rp-open");
    if (opened) open_talk(opened.dataset.token);
    const gone = event.target.closest("button.rp-forget");
    if (gone) forget_talks([gone.dataset.token], false);
    // All are deleted by a second press, on what the first one asks.
    const all = document.querySelector("button.rp-forget-all"), pressed = event.target.closest("button.rp-forget-all");
    if (pressed && pressed.classList.contains("rp-asks")) {
      forget_talks([...document.querySelectorAll("button.rp-open")].map((each) => each.dataset.token), true);
    }
    if (all) all.classList.toggle("rp-asks", Boolean(pressed) && !all.classList.contains("rp-asks"));
    if (event.target.closest("button#rp-anew")) {
      remember("");
      list_talks();
    }
    const shared = event.target.closest("button.rp-share");
    if (shared) share(shared);
    const place = event.target.closest(".rp-nav a");
    if (place && !event.ctrlKey && !event.metaKey && !event.shiftKey && go(place)) event.preventDefault();
    const question = event.target.closest("a.rp-ask");
    if (question && ask(question)) event.preventDefault();
  });

  // Places of the page itself are gone to without leaving it: an answer that is coming goes on coming.
  function go(link) {
    const to = new URL(link.href);
    const name = to.searchParams.get("tab") || "ask";
    if (to.pathname !== "/" || !document.querySelector(`[role=tab]#rp-tab-${name}-button`)) return false;
    select(name);
    current(name);
    window.history.replaceState(null, "", to); // what is loaded anew opens there
    return true;
  }

  function current(name) {
    for (const each of document.querySelectorAll(".rp-nav a")) {
      const to = new URL(each.href);
      const on = to.pathname === "/" && (to.searchParams.get("tab") || "ask") === name;
      if (on) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    }
  }

  // The page begins with a form of its own. Gradio is loaded once that can be used, and takes its place: what is written goes on in
  // Gradio's field, unless it is on its way already, or an input method is still making it.
  window.addEventListener("load", () => {
    for (const later of document.querySelectorAll("script[type=rp-later]")) {
      const program = document.createElement("script");
      program.type = "module";
      program.src = later.src;
      document.head.append(program);
    }
  });

  function take_over() {
    const form = document.querySelector("#rp-first form"), field = document.querySelector("#rp-question textarea");
    if (form && form.matches(".rp-sent, .rp-composing")) return;
    restore(field);
    if (form) {
      const typed = form.elements.question, { selectionStart, selectionEnd } = typed;
      const writing = document.activeElement === document.body || form.contains(document.activeElement);
      if (typed.value.trim() && !new URL(window.location).searchParams.has("ask")) fill(field, typed.value);
      form.parentElement.remove();
      if (writing) field.focus();
      if (writing && field.value === typed.value) field.setSelectionRange(selectionStart, selectionEnd);
    }
    begin_talks();
  }

  for (const kind of ["compositionstart", "compositionend"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest("#rp-first form");
      if (!form) return;
      form.classList.toggle("rp-composing", kind === "compositionstart");
      if (kind === "compositionend" && document.querySelector("#rp-question textarea")) setTimeout(take_over);
    });
  }

  function select_text(copy) {
    const reference = copy.closest(".rp-card").querySelector(".rp-reference");
    reference.classList.add("rp-laid-open");
    const range = document.createRange();
    range.selectNodeContents(reference);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function watch() {
    document.body.append(said);
    let last = "", turn = "", kept = "", begun = false;
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
      follow_question(shown);
      if (shown) nothing_reopens();
      show_links();
      const field = document.querySelector("#rp-question textarea");
      if (field && field.dir !== "auto") field.dir = "auto";
      if (!begun && field && document.querySelector(".rp-talks")) {
        begun = true;
        setTimeout(take_over, 100);
      }
      // An answer that is whole is kept.
      const whole = shown && !waiting && token_shown() && shown.id + token_shown();
      if (whole && whole !== kept && !shown.querySelector(".rp-failed")) {
        kept = whole;
        keep_talk(token_shown());
        answered(shown);
      }
      // Gradio calls what takes a choice away by the number of the choice.
      for (const cross of document.querySelectorAll(".token .token-remove")) {
        cross.dataset.verb ??= cross.title.replace(/ \d+$/, "");
        const told = `${cross.dataset.verb} ${cross.closest(".token").textContent.trim()}`;
        if (cross.title !== told) cross.title = told;
      }
      const tab = document.querySelector("[role=tab][aria-selected=true]");
      if (tab) current(tab.id.slice("rp-tab-".length, -"-button".length));
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }

  if (sessionStorage.getItem(SHOWN) && !new URL(window.location).searchParams.has("ask")) {
    document.documentElement.classList.add("rp-reopening");
    setTimeout(nothing_reopens, MOST_REOPENING);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
