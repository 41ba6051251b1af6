// Draws the charts and lets the reader filter them and put names to hashes. The figures of the whole selection
// stand in the page's tables, so nothing is lost without scripts.
(() => {
  const embedded = JSON.parse(document.getElementById("embedded").textContent);
  const ALL = "(all together)";
  const text = (column, place) => (column.texts ? column.texts[column.places[place]] : column[place]);

  // What the filters let through. A column with totals in rows of their own shows those where nothing is chosen.
  const hasTotals = (column) => (column.texts || []).includes(ALL);
  function passing(packed, chosen) {
    const tests = Object.entries(packed.codes).map(([name, column]) => {
      const wanted = name in chosen ? chosen[name] : hasTotals(column) ? ALL : null;
      return (place) => wanted === null || text(column, place) === wanted;
    });
    return Array.from({ length: packed.rows }, (_, place) => place).filter((place) => tests.every((test) => test(place)));
  }
  const idle = (packed, chosen) => Object.keys(chosen).filter((name) => !(name in packed.codes));
  const notActing = (names) => (names.length ? `Of all, whatever ${names.join(" and ")} is chosen above.` : "");

  // Charts. "ast" has Vega interpret its expressions: the content security policy forbids it to compile them.
  const views = new Map();
  async function draw(holder, chosen) {
    const { specification, rows, counted, language } = embedded.charts[holder.dataset.chart];
    const figure = holder.closest("figure"), told = figure.querySelector(".told");
    figure.hidden = language !== null && "language" in chosen && chosen.language !== language;
    if (figure.hidden) return;
    let drawn = specification, places = null;
    if (rows) {
      const packed = embedded.rows[rows];
      places = passing(packed, language === null ? chosen : { ...chosen, language })
        .filter((place) => text(packed.columns[counted], place) > 0);
      const names = Object.keys(packed.columns);
      const shown = places.map((place) => Object.fromEntries(names.map((name) => [name, text(packed.columns[name], place)])));
      drawn = { ...specification, datasets: { ...specification.datasets, rows: shown } };
      told.textContent = places.length
        ? notActing(idle(packed, chosen))
        : "Nothing to show: no figure of this choice rests on enough learners.";
      told.hidden = !told.textContent;
    }
    views.get(holder)?.finalize();
    views.delete(holder);
    if (places && !places.length) return holder.replaceChildren();
    try {
      views.set(holder, await vegaEmbed(holder, drawn, { actions: false, ast: true, renderer: "svg", tooltip: { theme: "custom" } }));
    } catch (error) {
      holder.textContent = `This chart could not be drawn (${error.message}); its figures are in the tables.`;
    }
  }

  // Tables: the same cells as those that stand in the page.
  let names = new Map();
  const labels = new Map(); // element → what it said before it had a name
  function named(element) {
    if (!labels.has(element)) labels.set(element, element.textContent);
    const name = names.get(element.dataset.id);
    element.textContent = name ?? labels.get(element);
    element.classList?.toggle("named", name !== undefined);
  }
  function cell(table, heads, content, place) {
    const element = document.createElement(place ? "td" : "th");
    if (place) element.dataset.label = heads[place].textContent;
    else element.scope = "row";
    if (table.numeric.includes(place)) element.className = "number";
    else if (table.long.includes(place)) element.className = "long";
    const inner = element.appendChild(document.createElement(table.identifiers.includes(place) ? "code" : "bdi"));
    inner.textContent = content;
    if (inner.tagName === "CODE") {
      inner.title = inner.dataset.id = content;
      inner.textContent = content.slice(0, 8);
      named(inner);
    }
    return element;
  }
  const shownAtATime = new Map(); // table → rows, once the reader has asked for more
  function fill(element, chosen) {
    const table = embedded.tables[element.dataset.table], columns = Object.values(table.columns);
    const places = passing(table, chosen), most = shownAtATime.get(element) || table.most || places.length;
    const rows = places.slice(0, most).map((place) => {
      const row = document.createElement("tr");
      row.append(...columns.map((column, number) => cell(table, element.tHead.rows[0].cells, text(column, place), number)));
      return row;
    });
    if (!rows.length) {
      const none = document.createElement("td");
      none.colSpan = columns.length;
      none.className = "none";
      none.textContent = "none";
      rows.push(document.createElement("tr"));
      rows[0].append(none);
    }
    element.tBodies[0].replaceChildren(...rows);
    let below = element.parentElement.nextElementSibling;
    if (!below?.classList.contains("below")) {
      below = document.createElement("p");
      below.className = "told below";
      element.parentElement.after(below);
    }
    below.textContent = notActing(idle(table, chosen));
    if (places.length > most) {
      const more = document.createElement("button");
      more.type = "button";
      more.textContent = `Show ${Math.min(table.most, places.length - most)} more`;
      more.addEventListener("click", () => {
        shownAtATime.set(element, most + table.most);
        fill(element, chosen);
        element.tBodies[0].rows[most].cells[0].tabIndex = -1;
        element.tBodies[0].rows[most].cells[0].focus();
      });
      below.append(`${most} of ${places.length} rows. `, more);
    }
    below.hidden = !below.textContent;
  }

  // Filters.
  const filters = document.getElementById("filters"), selects = [...filters.querySelectorAll("select")];
  const holders = [...document.querySelectorAll("[data-chart]")];
  const tables = [...document.querySelectorAll("[data-table]")];
  let turn = 0;
  async function apply() {
    const mine = ++turn;
    const set = selects.filter((select) => select.value);
    const chosen = Object.fromEntries(set.map((select) => [select.dataset.filter, select.value.slice(1)]));
    document.body.classList.toggle("filtered", set.length > 0);
    const said = document.getElementById("filters-told");
    said.hidden = !set.length;
    said.textContent = set.length
      ? `Shown: ${set.map((select) => select.selectedOptions[0].textContent.trim()).join(", ")}. The findings, and the sections marked so, are of all.`
      : "";
    shownAtATime.clear();
    for (const table of tables) fill(table, chosen);
    for (const holder of holders) {
      if (mine === turn) await draw(holder, chosen);
    }
    if (mine === turn) document.body.dataset.drawn = turn;
  }
  filters.hidden = !selects.length;
  // A link brings a section to where the links and filters, which stay on top, do not cover it.
  const top = document.querySelector(".top");
  new ResizeObserver(() => {
    const covered = getComputedStyle(top).position === "sticky" ? top.offsetHeight + 8 : 0;
    document.documentElement.style.scrollPaddingTop = `${covered}px`;
  }).observe(top);
  filters.addEventListener("change", apply);
  filters.addEventListener("reset", () => setTimeout(apply));
  filters.addEventListener("submit", (event) => event.preventDefault());

  // Names: joined here, kept nowhere.
  const form = document.getElementById("names"), told = document.getElementById("names-told"), hint = told.textContent;
  function showNames() {
    for (const element of document.querySelectorAll("[data-id]")) named(element);
  }
  // RFC 4180: quoted fields may hold the separator, line ends and doubled quotes.
  function parsed(content) {
    const separator = [..."\t;,"].find((mark) => content.split(/\r?\n/, 1)[0].includes(mark)) ?? ",";
    const rows = [[""]];
    let quoted = false;
    for (let place = 0; place < content.length; place++) {
      const mark = content[place], row = rows[rows.length - 1];
      if (quoted && mark === '"' && content[place + 1] === '"') row[row.length - 1] += content[++place];
      else if (mark === '"' && (quoted || row[row.length - 1] === "")) quoted = !quoted;
      else if (!quoted && mark === separator) row.push("");
      else if (!quoted && (mark === "\n" || mark === "\r")) {
        if (mark === "\r" && content[place + 1] === "\n") place++;
        rows.push([""]);
      } else row[row.length - 1] += mark;
    }
    return rows.filter((row) => row.some((field) => field));
  }
  function decoded(bytes) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  }
  const plain = (name) => name.trim().replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "\ufffd").slice(0, 80);
  async function open(file) {
    const [header, ...rows] = parsed(decoded(new Uint8Array(await file.arrayBuffer())));
    const columns = (header ?? []).map((title) => title.trim().toLowerCase());
    const id = columns.findIndex((title) => title === "learner_id" || title === "school_id");
    const name = ["name", "raw_id"].map((title) => columns.indexOf(title)).find((place) => place >= 0);
    if (id < 0 || name === undefined) {
      told.textContent = "This file's first line names no columns learner_id and name (or raw_id): nothing was read.";
      return;
    }
    const read = rows.filter((row) => row[id] && row[name]?.trim()).map((row) => [row[id].trim().toLowerCase(), plain(row[name])]);
    names = new Map([...names, ...read]); // a file of learners and one of schools go together
    showNames();
    const list = document.querySelector("#attention [data-table]");
    const listed = new Set((list && embedded.tables[list.dataset.table].columns[0].texts) || []);
    const found = [...listed].filter((learner) => names.has(learner)).length;
    told.textContent = `${read.length} names read; ${found} of the ${listed.size} learners listed have one. They stand in this page alone: nothing is sent or kept.`;
  }
  form.hidden = false;
  form.addEventListener("change", (event) => event.target.files[0] && open(event.target.files[0]));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    names = new Map();
    told.textContent = hint;
    showNames();
  });

  // Browsers restore what was chosen when a page is loaded again; what is shown must agree.
  filters.reset();
})();
