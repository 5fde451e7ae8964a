/* What keys, mouse and clipboard do to the lines; sent after grid_view.js, as one module with it. */

class Grid extends View {
  listen() {
    const { root, table, list } = this;
    for (const editor of [this.line, this.area]) {
      editor.addEventListener("input", () => this.onInput());
      editor.addEventListener("blur", () => this.onBlur());
      editor.addEventListener("focus", () => this.onFocus());
      for (const kind of ["copy", "cut", "paste"]) editor.addEventListener(kind, (event) => this.onClipboard(event));
    }
    root.addEventListener("keydown", (event) => this.onKey(event));
    table.addEventListener("mousedown", (event) => this.onMouse(event));
    table.addEventListener("mouseover", (event) => event.buttons === 1 && this.dragging && this.onMouse(event, true));
    table.addEventListener("dblclick", () => this.edit());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the cell keeps the focus
    list.addEventListener("click", (event) => this.choose([...list.children].indexOf(event.target.closest("li"))));
    this.scroller.addEventListener("scroll", () => this.closeList());
  }

  // ------------------------------------------------------------------ to and from the kernel

  send(message) {
    if (this.get("state").disabled) return 0;
    this.model.send({ ...message, seq: ++this.seq });
    return this.seq;
  }

  /** An answer has been taken into the model: show it. */
  receive({ sought, choices, seq, note, focus, cells = [], ...rest }) {
    if (focus) return void this.focusCell(...focus);
    if (sought) return void this.onChoices({ sought, choices, note });
    const settled = [...this.pending].filter(([, typed]) => typed.seq <= seq).map(([key]) => key.split(":").map(Number));
    for (const [row, column] of settled) this.pending.delete(`${row}:${column}`);
    if (rest.splice || rest.columns || rest.errors) this.draw();
    for (const [row, column] of [...settled, ...cells]) {
      if (row >= 0 && column < 0) this.mark(this.body.rows[row].cells[0], this.error(row, -1));
      else if (row >= 0) this.drawCell(row, this.shown.indexOf(column));
    }
    this.drawFoot();
    if (note) this.drawStatus(note);
  }

  /** Sends what was typed, if it is anything new. */
  commit(pick) {
    const { row, at } = this.active;
    const column = this.shown[at];
    const text = pick ? pick.label : this.editor?.value;
    const changed = pick || (this.mode !== "cell" && text !== this.text(row, at));
    this.setMode("cell");
    this.closeList();
    if (!changed || !this.editable(at)) return;
    const seq = this.send({ op: "set", row, column: this.columns[column].name, ...(pick ? { pick: pick.value } : { text }) });
    this.pending.set(`${row}:${column}`, { seq, text });
    if (row < this.get("rows").length) this.drawCell(row, at);
    else this.drawRows(); // what is typed into the last row starts a line
  }

  addLine() {
    this.commit();
    this.go(this.get("rows").length, 0);
    this.send({ op: "insert", row: this.active.row });
  }

  /** Duplicates, removes or moves the selected lines. */
  rowEdit(op, by = 0) {
    this.commit();
    const { top, bottom } = this.range();
    const last = Math.min(bottom, this.get("rows").length - 1);
    if (top > last || top + by < 0 || last + by >= this.get("rows").length) return;
    this.send({ op, row: top, last, by });
    if (op === "move" || op === "duplicate") {
      const shift = op === "move" ? by : last - top + 1;
      if (op === "move") this.anchor = { ...this.anchor, row: this.anchor.row + shift };
      this.active = { ...this.active, row: this.active.row + shift };
      if (op === "duplicate") this.anchor = this.active;
    }
  }

  toggleColumns() {
    this.commit();
    this.wide = !this.wide;
    this.anchor = this.active;
    this.body.replaceChildren();
    this.draw();
  }

  /** Goes to a cell that the kernel names, also when its column is behind the button. */
  focusCell(row, column) {
    if (!this.shown.includes(column)) this.toggleColumns();
    this.go(row, this.shown.indexOf(column));
  }

  // ------------------------------------------------------------------ the list of choices

  /** Whether the active cell has something to choose from. */
  choosing() {
    const { options, lookup } = this.column() ?? {};
    return Boolean(options || lookup) && this.editable(this.active.at);
  }

  openList(typed) {
    if (!this.choosing()) return;
    const { options, name } = this.column();
    if (options) {
      const part = typed.toLowerCase();
      const found = options.filter(([, label]) => label.toLowerCase().includes(part));
      this.showList(found.sort((a, b) => b[1].toLowerCase().startsWith(part) - a[1].toLowerCase().startsWith(part)));
    } else {
      this.sought = this.send({ op: "lookup", row: this.active.row, column: name, text: typed });
      this.showList([], this.words.searching);
    }
  }

  /** Answers to an earlier search are dropped: only the last one is what was asked. */
  onChoices({ sought, choices = [], note = "" }) {
    if (sought !== this.sought) return;
    this.showList(choices, note || (choices.length ? "" : this.words.none));
  }

  showList(choices, note = "") {
    this.choices = choices.map(([value, label]) => ({ value, label }));
    const options = this.choices.map(({ label }, index) => make("li", { role: "option", id: `${this.list.id}-${index}` }, label));
    this.list.replaceChildren(...options, ...(note ? [make("li", { class: "exn-none", "aria-disabled": "true" }, note)] : []));
    const open = options.length > 0 || Boolean(note);
    if (!open) return void this.closeList();
    this.list.classList.add("exn-open");
    if (this.list.popover && !this.list.matches(":popover-open")) this.list.showPopover();
    const box = this.editor.getBoundingClientRect();
    const below = window.innerHeight - box.bottom > 200 || box.top < 200;
    Object.assign(this.list.style, {
      left: `${box.left}px`, minWidth: `${box.width}px`,
      top: below ? `${box.bottom}px` : "auto", bottom: below ? "auto" : `${window.innerHeight - box.top}px`,
    });
    this.editor.setAttribute("aria-expanded", "true");
    const typed = this.editor.value.trim().toLowerCase();
    const same = this.choices.findIndex(({ label }) => label.toLowerCase() === typed);
    this.highlight(same >= 0 || this.column().custom || this.mode !== "typing" ? same : 0);
  }

  highlight(index) {
    this.marked = this.choices.length ? Math.min(index, this.choices.length - 1) : -1;
    [...this.list.children].forEach((item, at) => say(item, "aria-selected", at === this.marked && "true"));
    say(this.editor, "aria-activedescendant", this.marked >= 0 && `${this.list.id}-${this.marked}`);
    this.list.children[this.marked]?.scrollIntoView({ block: "nearest" });
  }

  closeList() {
    if (!this.list.classList.contains("exn-open")) return;
    this.list.classList.remove("exn-open");
    if (this.list.popover) this.list.hidePopover();
    this.sought = null;
    this.choices = [];
    this.marked = -1;
    say(this.editor, "aria-activedescendant", "");
    this.editor.setAttribute("aria-expanded", "false");
  }

  choose(index) {
    const pick = this.choices[index];
    if (!pick) return false;
    this.commit(pick);
    return true;
  }

  // ------------------------------------------------------------------ keys

  onKey(event) {
    if (event.target !== this.editor || event.isComposing) return;
    const act = (this.mode === "cell" && this.cellKey(event)) || this.editKey(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** What a key does to a cell that nobody types in. */
  cellKey({ key, ctrlKey, metaKey, shiftKey, altKey }) {
    const { row, at } = this.active;
    const lines = this.get("rows").length;
    if (ctrlKey || metaKey) {
      const ends = { Home: [0, 0], End: [lines - 1, Infinity], ArrowUp: [0, at], ArrowDown: [lines - 1, at], ArrowLeft: [row, 0], ArrowRight: [row, Infinity] };
      if (ends[key]) return () => this.go(...ends[key], { extend: shiftKey });
      return {
        z: () => this.send({ op: shiftKey ? "redo" : "undo" }), y: () => this.send({ op: "redo" }),
        d: () => this.rowEdit("duplicate"), i: () => this.send({ op: "insert", row }), a: () => this.selectAll(),
        Delete: () => this.rowEdit("remove"),
      }[key.length === 1 ? key.toLowerCase() : key];
    }
    if (altKey) return { ArrowUp: () => this.rowEdit("move", -1), ArrowDown: () => this.rowEdit("move", 1) }[key];
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / (this.body.rows[row]?.offsetHeight || 24)) - 2);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-page, 0], PageDown: [page, 0] }[key];
    if (step) return () => this.go(row + step[0], at + step[1], { extend: shiftKey });
    return {
      Home: () => this.go(row, 0, { extend: shiftKey }), End: () => this.go(row, Infinity, { extend: shiftKey }),
      F2: () => this.edit(), Delete: () => this.clear(), Backspace: () => this.clear(),
      Escape: () => this.buttons.add.focus(),
    }[key];
  }

  /** What a key does while something is typed; in a cell that is not typed in, Enter and Tab too. */
  editKey({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    const { row, at } = this.active;
    const open = this.choices?.length > 0;
    const picked = () => open && this.choose(this.marked);
    if (key === "Enter" && altKey) return this.editor === this.area ? () => this.area.setRangeText("\n", this.area.selectionStart, this.area.selectionEnd, "end") : null;
    if (key === "Enter" && !ctrlKey && !metaKey) return () => { picked(); this.go(row + (shiftKey ? -1 : 1), at); };
    if (key === "Tab") return this.tabKey(shiftKey ? -1 : 1, picked);
    if (this.mode === "cell") return null;
    if (key === "Escape") return () => (this.list.classList.contains("exn-open") ? this.closeList() : this.cancel());
    if (key === "F2") return () => this.setMode("caret");
    if (open && (key === "ArrowDown" || key === "ArrowUp")) return () => this.highlight(Math.max(0, this.marked + (key === "ArrowDown" ? 1 : -1)));
    if (altKey && key === "ArrowDown") return () => this.openList(this.editor.value);
    const step = this.mode === "typing" && !shiftKey && { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
    return step ? () => this.go(row + step[0], at + step[1]) : null;
  }

  /** Tab goes on to the next line; before the first cell and after the last it leaves the table. */
  tabKey(by, picked) {
    const { row, at } = this.active;
    const next = at + by;
    if (next >= 0 && next < this.shown.length) return () => { picked(); this.go(row, next); };
    const there = row + by;
    if (there < 0 || (there >= this.body.rows.length && this.mode === "cell")) return null;
    return () => { picked(); this.go(there, by > 0 ? 0 : this.shown.length - 1); };
  }

  edit() {
    if (!this.editable(this.active.at)) return;
    this.setMode("caret");
    this.editor.setSelectionRange(this.editor.value.length, this.editor.value.length);
    if (this.choosing()) this.openList("");
  }

  cancel() {
    this.setMode("cell");
    this.closeList();
    this.drawCell(this.active.row, this.active.at);
  }

  clear() {
    const { top, bottom, left, right } = this.range();
    const names = this.shown.slice(left, right + 1).map((c) => this.columns[c].name);
    this.send({ op: "clear", row: top, last: Math.min(bottom, this.get("rows").length - 1), columns: names });
  }

  selectAll() {
    this.anchor = { row: Math.max(0, this.get("rows").length - 1), at: this.shown.length - 1 };
    this.active = { row: 0, at: 0 };
    this.place();
  }

  onInput() {
    if (this.mode === "cell") this.setMode("typing");
    this.openList(this.editor.value);
  }

  onFocus() {
    if (this.moving) return;
    if (this.mode === "cell") this.editor.select();
    this.root.classList.add("exn-focus");
    this.drawStatus();
  }

  onBlur() {
    if (this.moving) return;
    this.root.classList.remove("exn-focus");
    this.commit();
    this.drawStatus();
  }

  // ------------------------------------------------------------------ mouse and clipboard

  onMouse(event, dragged = false) {
    const cell = event.target.closest("td, tbody th");
    if (!cell || event.button > 0) return;
    const row = cell.parentNode.sectionRowIndex;
    const at = cell.cellIndex - 1;
    const here = row === this.active.row && at === this.active.at;
    if (here && !dragged) {
      if (this.choosing() && this.mode === "cell" && document.activeElement === this.editor) this.edit();
      return; // the caret goes where the mouse points
    }
    event.preventDefault();
    this.dragging = true;
    if (at < 0) {
      this.go(row, 0, { extend: dragged || event.shiftKey });
      this.anchor = { row: this.anchor.row, at: this.shown.length - 1 };
      this.place(true);
    } else this.go(row, at, { extend: dragged || event.shiftKey });
  }

  onClipboard(event) {
    if (this.mode !== "cell") return; // within a cell, text is text
    event.preventDefault();
    const { top, bottom, left, right } = this.range();
    if (event.type === "paste") {
      const names = this.shown.slice(left).map((c) => this.columns[c].name);
      const text = event.clipboardData.getData("text/plain");
      this.send({ op: "paste", row: top, columns: names, text, height: bottom - top + 1, width: right - left + 1 });
      return;
    }
    const lines = [];
    for (let row = top; row <= bottom; row++) {
      const texts = [];
      for (let at = left; at <= right; at++) texts.push(quoted(this.text(row, at)));
      lines.push(texts.join("\t"));
    }
    event.clipboardData.setData("text/plain", lines.join("\n"));
    if (event.type === "cut") this.clear();
  }
}

/** Every instance has a module of its own; a model may be shown in several places. */
export default () => {
  const views = new Set();
  return {
    initialize({ model }) {
      model.on("msg:custom", (message) => {
        receive(model, message);
        for (const view of views) view.receive(message);
      });
    },
    render({ model, el }) {
      const view = new Grid(model, el);
      views.add(view);
      model.send({ op: "ready" });
      return () => views.delete(view);
    },
  };
};
