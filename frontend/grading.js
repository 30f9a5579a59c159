import { forget, keep, kept, offer, rowKey } from "./typed.js";

// The grid of a quarter's grading: keys, saving each row as it is typed, and two people at one row.
const grid = document.querySelector("[data-grading]");
// What each refusal without words of its own means; no answer at all is a network that does not work.
const WHY = { 401: "sayLogin", 403: "sayForbidden", 404: "sayForbidden", 500: "sayBroken", 502: "sayClosed", 503: "sayClosed", 429: "sayClosed" };
if (grid) start(grid);

function start(table) {
  const say = table.dataset;
  let token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  let ended = false;
  const rows = () => [...table.querySelectorAll("[data-grade-row]")];
  const part = (row, name) => row.querySelector(`[data-${name}]`);
  const picked = (row) => row.querySelector("input[type=radio]:checked")?.value ?? "";
  const reason = (row) => part(row, "because").value.trim();
  const wanted = (row) => `${picked(row)}\n${reason(row)}`;
  const unsaved = (row) => wanted(row) !== row.saved;

  for (const row of rows()) row.saved = wanted(row);

  // What could not be saved before the page went: it is given back, and saved with Enter as ever.
  const keyOf = (row) => rowKey(row.dataset.url);
  function remind(row) {
    if (unsaved(row)) keep(keyOf(row), wanted(row));
    else forget(keyOf(row));
  }
  function put(row, said) {
    const [grade, because] = said.split("\n");
    for (const radio of row.querySelectorAll("input[type=radio]")) radio.checked = radio.value === grade;
    part(row, "because").value = because;
  }
  function giveBack() {
    const back = rows().filter((row) => (kept(keyOf(row)) ?? row.saved) !== row.saved);
    if (!back.length) return;
    for (const row of back) {
      put(row, kept(keyOf(row)));
      row.before = part(row, "state").innerHTML;
      tell(row, say.sayBack, "wait");
    }
    const fields = back.map((row) => part(row, "because"));
    const drop = () => back.forEach((row) => forget(keyOf(row)));
    offer(fields, drop, (field) => {
      const row = field.closest("[data-grade-row]");
      put(row, row.saved);
      part(row, "state").className = "told";
      part(row, "state").innerHTML = row.before;
    });
  }

  function tell(row, text, tone = "") {
    const place = part(row, "state");
    place.textContent = text;
    place.className = `told ${tone}`;
  }

  async function save(row) {
    if (!unsaved(row) || row.overtaken) return;
    if (!picked(row)) return tell(row, say.sayChoose, "wait");
    if (picked(row) !== row.dataset.standing && !reason(row)) return tell(row, say.sayBecause, "wait");
    if (row.busy) {
      row.again = true;
      return;
    }
    row.busy = true;
    const sent = wanted(row);
    tell(row, say.saySaving);
    try {
      await send(row, sent);
    } catch (problem) {
      tell(row, say[WHY[problem.message]] ?? say.sayFailed, "bad");
    }
    row.busy = false;
    const changed = row.again && wanted(row) !== sent;
    row.again = false;
    if (changed) save(row);
  }

  // Whoever has logged in again, in another window, has another token.
  async function takeToken() {
    const answer = await fetch(say.token, { redirect: "manual", cache: "no-store" });
    if (answer.ok) token = (await answer.json()).token;
  }

  async function send(row, sent) {
    const [grade, because] = sent.split("\n");
    if (ended) await takeToken();
    const answer = await fetch(row.dataset.url, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ grade, because, seen: row.dataset.seen }),
      redirect: "manual",
    });
    ended = answer.type === "opaqueredirect";
    if (ended) throw new Error("401");
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    if (!said.refused) written(row, sent, said);
    else if (said.refused === "guarantee.proposal.overtaken") overtaken(row, said);
    else tell(row, said.message, "bad");
  }

  function written(row, sent, said) {
    row.saved = sent;
    remind(row);
    part(row, "because").classList.remove("typed-back");
    remember(row, said);
    const place = part(row, "state");
    place.className = "told";
    place.innerHTML = said.state;
    document.getElementById("grading-summary").innerHTML = said.summary;
  }

  function remember(row, said) {
    row.dataset.seen = said.seen;
    part(row, "tick").value = `${row.dataset.client}:${said.seen}`;
    part(row, "measure").innerHTML = said.measure;
  }

  // What was typed stays where it is; the person decides whose holds.
  function overtaken(row, said) {
    row.overtaken = true;
    tell(row, `${said.message} `, "bad");
    const button = (text, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "btn btn-sm";
      one.textContent = text;
      one.addEventListener("click", () => {
        row.overtaken = false;
        remember(row, said);
        act();
        row.focus();
      });
      part(row, "state").append(one, " ");
    };
    button(say.sayMine, () => save(row));
    button(say.sayTheirs, () => {
      for (const radio of row.querySelectorAll("input[type=radio]")) radio.checked = radio.value === String(said.grade);
      part(row, "because").value = said.because;
      row.saved = wanted(row);
      remind(row);
      part(row, "state").className = "told";
      part(row, "state").innerHTML = said.state;
    });
  }

  function pick(row, number) {
    const radio = row.querySelector(`input[type=radio][value="${number}"]`);
    radio.checked = true;
    remind(row);
    const asks = String(number) !== row.dataset.standing && !reason(row);
    save(row);
    if (asks) part(row, "because").focus();
  }

  function go(row, step) {
    const all = rows();
    const next = all[Math.min(Math.max(all.indexOf(row) + step, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function tick(box, on = !box.checked) {
    box.checked = on;
    count();
  }

  function count() {
    const n = table.querySelectorAll("[data-tick]:checked").length;
    document.querySelector("[data-ticked]").textContent = n;
    document.querySelector("[data-apply]").disabled = n === 0;
    document.querySelector("[data-several]").classList.toggle("on", n > 0);
  }

  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-grade-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = event.target.matches("[data-because]") ? inReason(event.key, row) : onRow(event, row);
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  });

  function inReason(key, row) {
    if (key === "Enter") return () => (save(row), go(row, 1));
    if (key === "Escape") return () => row.focus();
    return null;
  }

  function onRow(event, row) {
    const key = event.key;
    if (event.target.matches("a, button") && key === "Enter") return null;
    if (key === "j" || key === "ArrowDown") return () => go(row, 1);
    if (key === "k" || key === "ArrowUp") return () => go(row, -1);
    if (key === "Enter") return () => (save(row), go(row, 1));
    if (["1", "2", "3", "4"].includes(key)) return () => pick(row, key);
    if (key === "r") return () => part(row, "because").focus();
    if (key === "x") return () => tick(part(row, "tick"));
    return null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, [data-grade-row]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      rows()[0]?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    document.getElementById("several-grade").focus();
  });

  table.addEventListener("change", (event) => {
    const row = event.target.closest("[data-grade-row]");
    if (event.target.matches("[data-tick-all]")) {
      for (const box of table.querySelectorAll("[data-tick]")) tick(box, event.target.checked);
    } else if (event.target.matches("[data-tick]")) count();
    else if (row && event.target.matches("input[type=radio]")) pick(row, event.target.value);
    else if (row) save(row);
  });

  table.addEventListener("input", (event) => {
    const row = event.target.closest("[data-grade-row]");
    if (row) remind(row);
  });

  addEventListener("beforeunload", (event) => {
    if (rows().some(unsaved)) event.preventDefault();
  });
  count();
  giveBack();
}
