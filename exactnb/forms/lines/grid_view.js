/* Lines of a form, typed into like a spreadsheet.

   The kernel holds the lines. Each edit leaves as one message and is answered by one message with
   what became of it: cells, errors, totals. Until then a cell shows what was typed ("pending").
   Everything is put on the page as text, never as markup, and nothing is fetched. */

const WORDS = {
  en: {
    line: "line", fresh: "new line", required: "required", add: "Add line", duplicate: "Duplicate",
    remove: "Delete", up: "Move up", down: "Move down", undo: "Undo", redo: "Redo",
    more: (n) => `${n} more columns`, fewer: "Fewer columns", tools: "Lines", searching: "Searching…",
    none: "Nothing found: type otherwise, or paste an id", totals: "Totals",
    keys: "Type or paste from Excel. F2 edits, Delete clears, Escape leaves the lines.",
  },
  nl: {
    line: "regel", fresh: "nieuwe regel", required: "verplicht", add: "Regel toevoegen",
    duplicate: "Dupliceren", remove: "Verwijderen", up: "Omhoog", down: "Omlaag",
    undo: "Ongedaan maken", redo: "Opnieuw", more: (n) => `Nog ${n} kolommen`,
    fewer: "Minder kolommen", tools: "Regels", searching: "Zoeken…",
    none: "Niets gevonden: typ iets anders of plak een id", totals: "Totalen",
    keys: "Typ of plak uit Excel. F2 bewerkt, Delete wist, Escape verlaat de regels.",
  },
};
const FIRST_COLUMNS = 8; // the rest waits behind a button, unless it is required or filled
let serial = 0;

/** An element with attributes, text and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Sets an attribute, or takes it away when there is nothing to say. */
function say(element, name, value) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

/** A cell as it stands in tab-separated text. */
const quoted = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

let kept = {};

/** The rows. They cross, and are kept in a saved notebook, as one text: that takes far less there. */
function rowsOf(model) {
  const text = model.get("rows");
  if (kept.text !== text) kept = { text, rows: JSON.parse(text) };
  return kept.rows;
}

/** Takes an answer of the kernel into the model, which a saved notebook keeps. Nothing is sent. */
function receive(model, { splice, cells, ...rest }) {
  let rows = rowsOf(model);
  if (splice) rows = [...rows.slice(0, splice.at), ...splice.rows, ...rows.slice(splice.at + splice.gone)];
  if (cells) {
    rows = rows.slice();
    const errors = { ...model.get("errors") };
    for (const [row, column, text, error] of cells) {
      if (row >= 0 && column >= 0) rows[row] = Object.assign(rows[row].slice(), { [column]: text });
      if (error) errors[`${row}:${column}`] = error;
      else delete errors[`${row}:${column}`];
    }
    model.set("errors", errors);
  }
  kept = { text: JSON.stringify(rows), rows };
  model.set("rows", kept.text);
  for (const name of ["columns", "errors", "totals", "state"]) {
    if (name in rest) model.set(name, rest[name]);
  }
}

class View {
  constructor(model, el) {
    this.model = model;
    this.words = WORDS[model.get("language")] ?? WORDS.en;
    this.id = `exactnb-lines-${++serial}`;
    this.active = { row: 0, at: 0 }; // at counts the columns that are shown
    this.anchor = this.active; //       where a selection began
    this.mode = "cell"; //              typing replaces the cell, caret edits in it
    this.pending = new Map(); //        row:column → { seq, text }
    this.seq = 0;
    this.wide = false;
    this.build(el);
    this.draw();
  }

  get = (name) => (name === "rows" ? rowsOf(this.model) : this.model.get(name));
  focused = () => document.activeElement === this.editor;
  column = (at = this.active.at) => this.columns[this.shown[at]];
  editable = (at) => !this.get("state").disabled && !this.column(at).readonly;

  text(row, at) {
    const column = this.shown[at];
    return this.pending.get(`${row}:${column}`)?.text ?? this.get("rows")[row]?.[column] ?? "";
  }

  error = (row, at) => this.get("errors")[`${row}:${at < 0 ? -1 : this.shown[at]}`] ?? "";

  // ------------------------------------------------------------------ drawing

  build(el) {
    const { words, id } = this;
    this.head = make("tr", { "aria-rowindex": 1 });
    this.body = make("tbody");
    this.table = make("table", { role: "grid", "aria-label": this.get("label"), "aria-multiselectable": "true" },
      make("thead", {}, this.head), this.body);
    this.scroller = make("div", { class: "exn-scroll" }, this.table);
    this.status = make("p", { class: "exn-status", id: `${id}-status`, role: "status" });
    this.list = make("ul", { class: "exn-list", id: `${id}-list`, role: "listbox", "aria-label": words.tools });
    if ("popover" in this.list) this.list.popover = "manual"; // above everything, cut off by nothing
    this.line = make("input", { class: "exn-edit", type: "text", autocomplete: "off", spellcheck: "false" });
    this.area = make("textarea", { class: "exn-edit", rows: 1, wrap: "off", spellcheck: "false" });
    this.tools = make("div", { class: "exn-tools", role: "toolbar", "aria-label": words.tools });
    this.buttons = {};
    for (const [name, act] of Object.entries({
      add: () => this.addLine(),
      duplicate: () => this.rowEdit("duplicate"),
      remove: () => this.rowEdit("remove"),
      up: () => this.rowEdit("move", -1),
      down: () => this.rowEdit("move", 1),
      undo: () => this.send({ op: "undo" }),
      redo: () => this.send({ op: "redo" }),
      more: () => this.toggleColumns(),
    })) {
      const button = make("button", { type: "button" });
      button.textContent = typeof words[name] === "string" ? words[name] : "";
      button.addEventListener("click", act);
      this.buttons[name] = button;
      this.tools.append(button);
    }
    this.totals = make("dl", { class: "exn-totals", "aria-label": words.totals });
    this.note = make("p", { class: "exn-note" });
    this.root = make("div", { class: "exactnb-grid", "data-lm-suppress-shortcuts": "true" },
      this.scroller, this.status, make("div", { class: "exn-foot" }, this.tools, this.totals), this.note, this.list);
    el.append(this.root);
    this.listen();
  }

  /** Everything anew: elements are kept where they fit, so that this is quick. */
  draw() {
    this.columns = this.get("columns");
    const rows = this.get("rows");
    const filled = (c) => rows.some((row) => row[c]);
    const every = this.columns.map((_, index) => index);
    const first = every.filter((c) => c < FIRST_COLUMNS || this.columns[c].required || filled(c));
    this.shown = this.wide ? every : first;
    this.buttons.more.hidden = first.length === every.length;
    this.buttons.more.textContent = this.wide ? this.words.fewer : this.words.more(every.length - first.length);
    this.active = { row: this.active.row, at: Math.max(0, Math.min(this.active.at, this.shown.length - 1)) };
    this.drawHead();
    this.drawRows();
    this.drawFoot();
  }

  drawHead() {
    const names = this.shown.map((c) => {
      const { title, kind, required, help } = this.columns[c];
      const head = make("th", { scope: "col", role: "columnheader", "data-kind": kind }, title);
      if (required) head.append(make("abbr", { title: this.words.required }, " *"));
      say(head, "title", help);
      return head;
    });
    this.head.replaceChildren(make("th", { class: "exn-corner", role: "columnheader", "aria-label": this.words.line }), ...names);
    this.table.setAttribute("aria-colcount", this.columns.length + 1);
  }

  drawRows() {
    const lines = this.get("rows").length;
    const pending = Math.max(-1, ...[...this.pending.keys()].map((key) => parseInt(key, 10)));
    const count = Math.max(lines, pending + 1, this.mode === "cell" ? 0 : this.active.row) + 1; // the last starts a new line
    const focused = this.focused();
    if (this.active.row >= count) this.active = { ...this.active, row: count - 1 };
    this.moving = true; // a row that goes may have the focus, which is no blur
    while (this.body.rows.length > count) this.body.lastChild.remove();
    for (let row = 0; row < count; row++) this.drawRow(row, lines);
    this.moving = false;
    this.table.setAttribute("aria-rowcount", count + 1);
    this.place(focused);
  }

  drawRow(row, lines = this.get("rows").length) {
    let tr = this.body.rows[row];
    if (tr?.cells.length !== this.shown.length + 1) {
      const cells = this.shown.map(() => make("td", { role: "gridcell" }, make("span")));
      const fresh = make("tr", { "aria-rowindex": row + 2 }, make("th", { scope: "row", role: "rowheader" }), ...cells);
      if (tr) tr.replaceWith(fresh);
      else this.body.append(fresh);
      tr = fresh;
    }
    const number = tr.cells[0];
    number.textContent = row < lines ? row + 1 : "+";
    say(number, "aria-label", row < lines ? "" : this.words.fresh);
    this.mark(number, this.error(row, -1));
    this.shown.forEach((_, at) => this.drawCell(row, at));
  }

  drawCell(row, at) {
    const cell = at >= 0 && this.body.rows[row]?.cells[at + 1];
    if (!cell) return;
    const text = this.text(row, at);
    cell.dataset.kind = this.column(at).kind;
    cell.setAttribute("aria-colindex", at + 2);
    if (cell.firstChild.textContent !== text) cell.firstChild.textContent = text;
    this.mark(cell, this.error(row, at));
    if (this.mode === "cell" && row === this.active.row && at === this.active.at) this.fillEditor();
  }

  mark(cell, error) {
    say(cell, "aria-invalid", error && "true");
    say(cell, "title", error);
  }

  drawFoot() {
    const { disabled, undo, redo } = this.get("state");
    const { row } = this.active;
    const lines = this.get("rows").length;
    const off = { undo: !undo, redo: !redo, duplicate: row >= lines, remove: row >= lines, up: row < 1 || row >= lines, down: row >= lines - 1 };
    for (const [name, button] of Object.entries(this.buttons)) button.disabled = name !== "more" && (disabled || !!off[name]);
    say(this.table, "aria-disabled", disabled && "true");
    const { sums = [], note = "" } = this.get("totals");
    this.totals.replaceChildren(...sums.map(([name, sum]) => make("div", {}, make("dt", {}, name), make("dd", {}, sum))));
    this.note.textContent = note;
    this.drawStatus();
  }

  /** One line: what is wrong with this cell, or what it takes. */
  drawStatus(said = "") {
    const { row, at } = this.active;
    const focused = this.focused();
    const error = (focused && (this.error(row, at) || this.error(row, -1))) || this.error(-1, -1);
    this.status.classList.toggle("exn-wrong", Boolean(error) && !said);
    this.status.textContent = said || (error && `✗ ${error}`) || (focused && this.column()?.help) || this.words.keys;
  }

  // ------------------------------------------------------------------ the cell that is edited

  /** Puts the editor into the active cell. */
  place(focus = this.focused()) {
    const cell = this.body.rows[this.active.row]?.cells[this.active.at + 1];
    if (!cell) return;
    const editor = this.column().kind === "text" ? this.area : this.line;
    if (editor.parentNode !== cell) {
      this.moving = true; // leaving the old cell is no blur
      this.editor?.remove();
      cell.append(editor);
      this.editor = editor;
      this.moving = false;
    }
    const picks = this.choosing();
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-expanded": "false" })) say(editor, name, picks && value);
    if (this.mode === "cell") this.fillEditor();
    if (focus && document.activeElement !== editor) editor.focus({ preventScroll: true });
    if (focus) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.drawSelection();
  }

  fillEditor() {
    const { row, at } = this.active;
    const { editor } = this;
    if (!editor) return;
    const { title, required } = this.column();
    const lines = this.get("rows").length;
    const error = this.error(row, at);
    editor.value = this.text(row, at);
    editor.readOnly = !this.editable(at);
    editor.setAttribute("aria-label", `${title}, ${row < lines ? `${this.words.line} ${row + 1}` : this.words.fresh}`);
    editor.setAttribute("aria-describedby", this.status.id);
    say(editor, "aria-invalid", error && "true");
    say(editor, "aria-required", required && "true");
    this.root.dataset.mode = this.mode;
    if (document.activeElement === editor) editor.select();
  }

  setMode(mode) {
    this.mode = mode;
    this.root.dataset.mode = mode;
  }

  go(row, at, { extend = false, focus = true } = {}) {
    this.commit();
    const before = this.active.row;
    this.active = { row: Math.max(0, row), at: Math.max(0, Math.min(at, this.shown.length - 1)) };
    if (!extend) this.anchor = this.active;
    const ghost = this.body.rows.length - 1;
    if (this.active.row > ghost) this.active = { ...this.active, row: ghost };
    this.place(focus);
    if (before !== this.active.row) this.drawFoot();
    else this.drawStatus();
  }

  range() {
    const { active, anchor } = this;
    const [top, bottom] = [active.row, Math.min(anchor.row, this.body.rows.length - 1)].sort((a, b) => a - b);
    const [left, right] = [active.at, anchor.at].sort((a, b) => a - b);
    return { top, bottom, left, right };
  }

  drawSelection() {
    for (const cell of this.body.querySelectorAll("[aria-selected]")) cell.removeAttribute("aria-selected");
    const { top, bottom, left, right } = this.range();
    for (let row = top; row <= bottom; row++) {
      for (let at = left; at <= right; at++) this.body.rows[row].cells[at + 1]?.setAttribute("aria-selected", "true");
    }
  }
}
