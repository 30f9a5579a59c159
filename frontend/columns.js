// Which columns of a list are shown: chosen by each person on each device, by the heads of a table[data-columns].
const KEY = "baohou-columns-";
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

function hiddenOf(name) {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + name));
    return new Set(Array.isArray(kept) ? kept : []);
  } catch {
    return new Set();
  }
}

function keep(name, hidden) {
  try {
    if (hidden.size) localStorage.setItem(KEY + name, JSON.stringify([...hidden]));
    else localStorage.removeItem(KEY + name);
  } catch {
    // A device that keeps nothing shows the choice until the page is left.
  }
}

// The first column says what a row is about, and one without a head holds what is done with it: both stay.
function choices(table) {
  const heads = [...table.tHead.rows[0].cells].map((cell, place) => ({ place: place + 1, said: cell.textContent.trim(), cell }));
  const first = heads.find(({ said }) => said);
  return heads.filter((head) => head.said && head !== first && !head.cell.querySelector("input"));
}

function hide(name, heads, hidden) {
  const places = heads.filter(({ said }) => hidden.has(said)).map(({ place }) => place);
  const where = places.map((place) => `table[data-columns="${name}"] > * > tr > :nth-child(${place})`);
  sheet.replaceSync(where.length ? `@media (min-width: 768px) { ${where.join(", ")} { display: none; } }` : "");
}

function menu(table) {
  const name = table.dataset.columns;
  const heads = choices(table);
  const hidden = hiddenOf(name);
  hide(name, heads, hidden);
  const box = document.createElement("details");
  box.className = "columns";
  const summary = document.createElement("summary");
  summary.className = "btn";
  summary.textContent = document.querySelector("main").dataset.columnsWord;
  const list = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.className = "visually-hidden";
  legend.textContent = summary.textContent;
  list.append(legend, ...heads.map(({ said }) => option(said, !hidden.has(said))));
  list.addEventListener("change", ({ target }) => {
    if (target.checked) hidden.delete(target.value);
    else hidden.add(target.value);
    keep(name, hidden);
    hide(name, heads, hidden);
  });
  box.append(summary, list);
  return box;
}

function option(said, shown) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.className = "form-check-input";
  input.value = said;
  input.checked = shown;
  label.append(input, said);
  return label;
}

const table = document.querySelector("table[data-columns]");
const line = document.querySelector("main .page-line");
if (table?.tHead && line) {
  const box = menu(table);
  const doing = line.querySelector(".do");
  if (doing) doing.prepend(box);
  else line.append(box);
  document.addEventListener("click", (event) => {
    if (box.open && !box.contains(event.target)) box.open = false;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    box.open = false;
    box.querySelector("summary").focus();
  });
}
