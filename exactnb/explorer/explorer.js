/* A walk through a ledger: fields, the way back, a table, its Python.

   The kernel holds everything; each click or change leaves as one message and is answered by one
   new view. Everything is put on the page as text, never as markup, and nothing is fetched. */

let serial = 0;

/** An element with attributes and children; a null one is left out. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function button(said, action, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, said);
  made.addEventListener("click", action);
  return made;
}

class Explorer {
  constructor(model, el) {
    this.model = model;
    this.words = model.get("words");
    this.choices = model.get("choices");
    this.id = `exactnb-explorer-${++serial}`;
    this.left = []; // the cell that each step was left from
    this.sent = {}; // what was asked last
    this.fields = {};
    this.way = make("nav", { "aria-label": this.words.way });
    this.table = make("table", { role: "grid", "aria-describedby": `${this.id}-keys` });
    this.foot = make("div", { class: "exn-foot" });
    this.code = make("code");
    this.said = make("p", { class: "exn-said", role: "status" });
    const keys = make("p", { class: "exn-keys", id: `${this.id}-keys` }, this.words.keys);
    const copy = button(this.words.copy, () => this.copy(copy));
    const python = make("details", { open: "" }, make("summary", {}, this.words.python),
      make("div", { class: "exn-python" }, make("pre", { tabindex: 0 }, this.code), copy));
    // Jupyter's own shortcuts, such as arrows from cell to cell, would take the keys of the table
    this.root = make("div", { class: "exactnb-explorer", "data-lm-suppress-shortcuts": "true" },
      this.drawFields(), this.way, this.said, make("div", { class: "exn-box" }, this.table), this.foot, keys, python);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.table.addEventListener("click", (event) => this.onClick(event));
    this.table.addEventListener("focusin", (event) => this.rove(event.target));
    el.append(this.root);
    this.draw();
  }

  get view() {
    return this.model.get("view");
  }

  send(message) {
    this.root.setAttribute("aria-busy", "true");
    this.model.send(message);
  }

  // ------------------------------------------------------------------ the fields

  drawFields() {
    const form = make("form", { "aria-label": this.words.filters, autocomplete: "off" });
    form.addEventListener("submit", (event) => event.preventDefault());
    const list = make("datalist", { id: `${this.id}-accounts` },
      ...this.choices.gl_account.map(([value, name]) => make("option", { value }, `${value} ${name}`)));
    const presets = make("div", { class: "exn-presets" },
      ...this.choices.period.map((value) => button(value, () => this.ask({ period: value }))));
    form.append(
      this.select("statement"), this.input("period", {}, presets), this.select("status"),
      this.input("gl_account", { list: list.id, placeholder: this.words.any }), this.select("journal"),
      this.input("text", { type: "search" }), list,
      button(this.words.clear, () => this.ask({ gl_account: "", journal: "", text: "", status: "all" }), { class: "exn-clear" }),
    );
    return form;
  }

  input(name, attributes = {}, more = null) {
    const field = make("input", { type: "text", spellcheck: "false", ...attributes });
    return this.field(name, field, more);
  }

  select(name) {
    return this.field(name, make("select", {}, ...this.choices[name].map(([value, said]) => make("option", { value }, said))));
  }

  field(name, control, more = null) {
    control.id = `${this.id}-${name}`;
    const problem = make("span", { class: "exn-problem", id: `${control.id}-problem`, role: "alert" });
    const typed = () => control.value !== this.sent[name] && this.ask({});
    control.addEventListener("change", typed);
    control.addEventListener("keydown", (event) => event.key === "Enter" && typed());
    this.fields[name] = { control, problem };
    return make("div", { class: `exn-field exn-${name}` }, make("label", { for: control.id }, this.words[name]), control, more ?? "", problem);
  }

  /** Sends all that is typed, so that what was wrong before is asked again with it. */
  ask(changed) {
    const asked = {};
    for (const [name, { control }] of Object.entries(this.fields)) asked[name] = control.value;
    this.left = [];
    this.sent = { ...asked, ...changed };
    this.send({ op: "ask", asked: this.sent });
  }

  // ------------------------------------------------------------------ the view

  draw() {
    const { view } = this;
    this.root.removeAttribute("aria-busy");
    const within = this.table.contains(document.activeElement) || this.way.contains(document.activeElement)
      || this.foot.contains(document.activeElement);
    this.sent = view.asked;
    for (const [name, { control, problem }] of Object.entries(this.fields)) {
      const said = view.problems[name] ?? "";
      if (control.value !== view.asked[name]) control.value = view.asked[name];
      problem.textContent = said && `✗ ${said}`;
      control.toggleAttribute("aria-invalid", Boolean(said));
      if (said) control.setAttribute("aria-describedby", problem.id);
      else control.removeAttribute("aria-describedby");
    }
    this.said.textContent = view.problems[""] ? `✗ ${view.problems[""]}` : "";
    this.drawWay();
    this.drawTable();
    this.drawFoot();
    this.code.textContent = view.code;
    if (within) (this.cell(this.left[view.crumbs.length - 1]) ?? this.first() ?? this.way.querySelector("button"))?.focus();
  }

  drawWay() {
    const { crumbs } = this.view;
    const list = make("ol");
    crumbs.forEach((name, at) => {
      const steps = crumbs.length - 1 - at;
      const there = steps ? button(name, () => this.back(steps)) : make("span", { "aria-current": "page" }, name);
      list.append(make("li", {}, there));
    });
    this.way.replaceChildren(...(crumbs.length > 1 ? [button(`‹ ${this.words.back}`, () => this.back(1), { class: "exn-back" }), list] : []));
  }

  drawTable() {
    const { view } = this;
    const subtitle = view.subtitle ? make("small", {}, view.subtitle) : null;
    const head = make("tr", {}, ...view.columns.map(([label, right]) => make("th", { scope: "col", class: right ? "exn-right" : null }, label)));
    const body = make("tbody", {}, ...view.rows.map((row, at) => this.row(row, at)));
    this.table.className = view.lined ? "exn-lined" : "";
    this.table.replaceChildren(make("caption", {}, make("span", {}, view.title, subtitle)), make("thead", {}, head), body);
    this.rove(this.first());
  }

  /** A row; where it opens, the cell that names it and the figures that lead further take the focus. */
  row([said, kind, level, code, opens], at) {
    const { columns } = this.view;
    const texts = columns.findIndex(([, right], i) => !right && said[i]);
    const named = Math.max(0, texts);
    const whole = opens.includes(-1);
    const row = make("tr", { class: `${kind}${whole ? " exn-opens" : ""}` });
    columns.forEach(([, right, holds], i) => {
      const figure = opens.includes(i);
      const leads = figure || (whole && i === named);
      const cell = make("td", {
        class: [right ? "exn-right" : "", holds === "date" ? "exn-date" : "", figure ? "exn-figure" : ""].filter(Boolean).join(" ") || null,
        tabindex: leads ? -1 : null,
        "data-row": leads || whole ? at : null,
        "data-at": figure ? i : -1,
      });
      if (i === named) {
        if (level) cell.style.paddingInlineStart = `${level * 1.25 + 0.75}em`;
        if (code) cell.append(make("i", {}, code), " ");
      }
      cell.append(said[i]);
      row.append(cell);
    });
    return row;
  }

  drawFoot() {
    const { view } = this;
    const turn = (by, said, sign) => {
      const made = button(sign, () => this.send({ op: "turn", page: view.page + by }), { "aria-label": said, title: said });
      made.disabled = view.page + by < 0 || view.page + by >= view.pages;
      return made;
    };
    const pager = view.shown ? make("p", { class: "exn-pager" }, make("span", { role: "status" }, view.shown),
      ...(view.pages > 1 ? [turn(-1, this.words.earlier, "‹"), turn(1, this.words.later, "›")] : [])) : null;
    const checks = view.checks.map(([said, ok]) => make("span", { class: ok ? "exn-good" : "exn-bad" }, said));
    this.foot.replaceChildren(...[
      pager,
      checks.length ? make("p", { class: "exn-checks" }, ...checks.flatMap((check, i) => (i ? [" · ", check] : [check]))) : null,
      ...view.notes.map((note) => make("p", {}, note)),
    ].filter(Boolean));
  }

  // ------------------------------------------------------------------ keys and clicks

  get cells() {
    return [...this.table.querySelectorAll("td[tabindex]")];
  }

  first() {
    return this.table.querySelector("td[tabindex]");
  }

  /** The cell that was left at a place of the table. */
  cell(place) {
    return place && this.cells.find((each) => each.dataset.row === place.row && each.dataset.at === place.at);
  }

  /** One cell is reached with Tab, the others from there with the arrows. */
  rove(cell) {
    if (!cell?.dataset?.row) return;
    for (const other of this.table.querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
  }

  open({ row, at }) {
    const column = at === "-1" ? null : this.view.names[at];
    const depth = this.view.crumbs.length - 1;
    this.left = [...this.left.slice(0, depth), { row, at, page: this.view.page }];
    this.send({ op: "open", row: Number(row), column });
  }

  back(steps) {
    const depth = this.view.crumbs.length - 1 - steps;
    if (depth >= 0) this.send({ op: "back", steps, page: this.left[depth]?.page ?? 0 });
  }

  onClick(event) {
    const cell = event.target.closest("td[data-row]");
    if (!cell || String(getSelection())) return; // who marks text wants to copy it
    (cell.hasAttribute("tabindex") ? cell : cell.parentNode.querySelector("td[tabindex]")).focus();
    this.open(cell.dataset);
  }

  onKey(event) {
    const cell = event.target.closest("td[tabindex]");
    const back = event.key === "Escape" || (event.key === "ArrowLeft" && event.altKey);
    if (back && (cell || this.way.contains(event.target) || this.foot.contains(event.target))) this.back(1);
    else if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter" || event.key === " ") this.open(cell.dataset);
    else if (event.key === "PageDown" && this.view.page + 1 < this.view.pages) this.send({ op: "turn", page: this.view.page + 1 });
    else if (event.key === "PageUp" && this.view.page > 0) this.send({ op: "turn", page: this.view.page - 1 });
    else {
      const to = this.beside(cell, event.key);
      if (to === null) return;
      to?.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** The cell that a key leads to; undefined at an edge, null where the key leads nowhere. */
  beside(cell, key) {
    const own = [...cell.parentNode.querySelectorAll("td[tabindex]")];
    const rows = [...this.table.querySelectorAll("tr.exn-opens")];
    const at = rows.indexOf(cell.parentNode);
    const under = (row) => row && (row.cells[cell.cellIndex].hasAttribute("tabindex") ? row.cells[cell.cellIndex] : row.querySelector("td[tabindex]"));
    const steps = {
      ArrowUp: () => under(rows[at - 1]), ArrowDown: () => under(rows[at + 1]),
      ArrowLeft: () => own[own.indexOf(cell) - 1], ArrowRight: () => own[own.indexOf(cell) + 1],
      Home: () => under(rows[0]), End: () => under(rows[rows.length - 1]),
    };
    return key in steps ? steps[key]() : null;
  }

  async copy(button) {
    const area = make("textarea", { class: "exn-copied" }, this.view.code);
    try {
      await navigator.clipboard.writeText(this.view.code);
    } catch { // not everywhere may a page write to the clipboard like that
      this.root.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = this.words.copied;
    setTimeout(() => (button.textContent = this.words.copy), 1500);
  }
}

export default {
  render({ model, el }) {
    const explorer = new Explorer(model, el);
    const draw = () => explorer.draw();
    model.on("change:view", draw);
    return () => model.off("change:view", draw);
  },
};
