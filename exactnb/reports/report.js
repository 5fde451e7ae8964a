/* What a page does by itself: it follows the theme, shows every row on paper, and lets a reader sort
   and filter lists. A statement keeps the order that readers know. */
(() => {
  const dutch = document.documentElement.lang === "nl";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tell = (light) => {
    document.body.dataset.jpThemeLight = String(light);
    document.documentElement.classList.toggle("dark", !light);
  };
  tell(!dark.matches);
  dark.addEventListener("change", () => tell(!dark.matches));

  /* a table that is wider than the paper has a page across, and is smaller where that is not enough */
  const upright = 680, across = 1008; /* A4 less its margins, in pixels */
  const smaller = 10 / (15 * 0.75); /* the type on paper to that on the screen */
  const fit = () => {
    for (const box of document.querySelectorAll(".html")) {
      const widths = [...box.querySelectorAll("table")].map((table) => table.scrollWidth * smaller);
      const width = Math.max(0, ...widths);
      box.classList.toggle("wide", width > upright);
      box.style.zoom = width > across ? across / width : "";
    }
  };
  /* what is folded cannot be unfolded on paper */
  let opened = [];
  addEventListener("beforeprint", () => {
    tell(true);
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
    fit();
    for (const name of Object.keys(window).filter((name) => name.startsWith("_itables_")))
      Promise.resolve(window[name]).then((tables) =>
        tables.jQuery?.fn.dataTable.tables({ api: true }).page.len(-1).draw());
  });
  addEventListener("afterprint", () => {
    tell(!dark.matches);
    for (const each of opened) each.open = false;
    for (const box of document.querySelectorAll(".html")) box.style.zoom = "";
  });

  const said = (row, at) => row.cells[at]?.textContent.trim() ?? "";
  const figure = (text) => {
    const plain = text.replace(/\s?%$/, "").replaceAll(dutch ? "." : ",", "").replace(dutch ? "," : ".", ".");
    return /^[-–]?$/.test(plain) ? 0 : /^-?\d*\.?\d+$/.test(plain) ? parseFloat(plain) : NaN;
  };
  const day = (text) => text.replace(/^(\d\d)-(\d\d)-(\d{4})/, "$3-$2-$1");

  /* the rows of a list, or none where headings or subtotals give them their place */
  const linesOf = (table) => {
    const rows = [...(table.tBodies[0]?.rows ?? [])];
    const placed = rows.some((row) =>
      /heading|subtotal/.test(row.className) || [...row.cells].some((cell) => cell.rowSpan > 1));
    const grouped = table.closest(".lined") && rows.some((row) =>
      row.classList.contains("line") && !row.classList.contains("begins"));
    const last = rows.findIndex((row) => row.classList.contains("total"));
    return placed || grouped ? [] : rows.slice(0, last < 0 ? rows.length : last);
  };

  const sortable = (table, lines) => {
    const heads = table.tHead?.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
    const rest = [...table.tBodies[0].rows].slice(lines.length);
    heads.forEach((head, at) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.className = "sorts";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const turn = { none: "ascending", ascending: "descending", descending: "none" };
        const way = turn[head.ariaSort ?? "none"];
        heads.forEach((other) => (other.ariaSort = null));
        if (way !== "none") head.ariaSort = way;
        const figures = lines.every((row) => !Number.isNaN(figure(said(row, at))));
        const order = figures
          ? (a, b) => figure(said(a, at)) - figure(said(b, at))
          : (a, b) => day(said(a, at)).localeCompare(day(said(b, at)), undefined, { numeric: true });
        const sorted = way === "none" ? lines : lines.toSorted(order);
        table.tBodies[0].append(...(way === "descending" ? sorted.toReversed() : sorted), ...rest);
      });
    });
  };

  const filtered = (table, lines) => {
    const rest = [...table.tBodies[0].rows].slice(lines.length);
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = dutch ? "Zoeken in deze lijst" : "Search this list";
    field.ariaLabel = `${field.placeholder}: ${table.caption?.textContent ?? ""}`;
    const count = document.createElement("output");
    const box = document.createElement("div");
    box.className = "filter";
    box.append(field, count);
    if (table.caption) table.caption.append(box);
    else table.before(box);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = lines.filter((row) => words.every((word) => row.textContent.toLowerCase().includes(word)));
      const kept = new Set(fits);
      for (const row of lines) row.classList.toggle("aside", !kept.has(row));
      for (const row of rest) row.classList.toggle("aside", words.length > 0); /* they sum all rows */
      const of = dutch ? "van" : "of", rows = dutch ? "regels" : "rows";
      count.textContent = words.length ? `${fits.length} ${of} ${lines.length} ${rows}` : "";
    });
  };

  const aligned = (table) => {
    const rows = [...table.tBodies[0].rows];
    for (let at = 0; at < rows[0]?.cells.length; at++)
      if (!rows.every((row) => row.cells[at]?.tagName === "TD" && !Number.isNaN(figure(said(row, at)))))
        for (const row of table.rows) row.cells[at]?.classList.add("words");
  };

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.dataframe").forEach(aligned);
    const lists = ".exactnb-table:not(.live) table, .exactnb-statement table, table.dataframe";
    for (const table of document.querySelectorAll(lists)) {
      const lines = linesOf(table);
      if (lines.length > 2) sortable(table, lines);
      if (lines.length > 10) filtered(table, lines);
    }
  });
})();
