"use strict";
// Tooltips for mouse and keyboard, arrow keys inside figures, tables that sort.  Nothing is fetched.
(() => {
  const tip = document.getElementById("tip");
  let shown = null;                                // the part that the tooltip is about
  const place = () => {
    if (!shown) return;
    const at = shown.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const x = Math.min(Math.max(at.left + at.width / 2 - own.width / 2, 4), innerWidth - own.width - 4);
    const y = at.top - own.height - 8 > 0 ? at.top - own.height - 8 : at.bottom + 8;
    tip.style.left = x + "px";
    tip.style.top = Math.min(Math.max(y, 4), innerHeight - own.height - 4) + "px";
  };
  const show = part => {
    shown = part;
    tip.textContent = part ? part.dataset.tip : "";
    tip.hidden = !part;
    place();
  };
  document.addEventListener("mouseover", e => show(e.target.closest("[data-tip]")));
  document.addEventListener("focusin", e => show(e.target.closest("[data-tip]")));
  document.addEventListener("focusout", () => show(null));
  document.addEventListener("scroll", place, true);

  // one part of a figure is in the order of Tab; from it the arrows lead to the others
  const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
  document.addEventListener("keydown", e => {
    if (e.key === "Escape") show(null);
    const part = e.target.closest && e.target.closest("svg [data-tip]"), step = steps[e.key];
    if (!part || !(step || e.key === "Home" || e.key === "End")) return;
    const parts = [...part.closest("svg").querySelectorAll("[data-tip]")];
    const find = (r, c) => parts.find(p => +p.dataset.r === r && +p.dataset.c === c);
    const r = +part.dataset.r, c = +part.dataset.c;
    const row = parts.filter(p => +p.dataset.r === r);
    let to = step ? find(r + step[0], c + step[1]) : e.key === "Home" ? row[0] : row[row.length - 1];
    if (!to && step && step[0]) {                  // a shorter row
      const next = parts.filter(p => +p.dataset.r === r + step[0]);
      to = next[Math.min(c, next.length - 1)];
    }
    e.preventDefault();
    if (!to) return;
    part.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  });

  for (const button of document.querySelectorAll("th button"))
    button.addEventListener("click", () => {
      const head = button.parentElement, table = head.closest("table"), body = table.tBodies[0];
      const column = [...head.parentElement.children].indexOf(head);
      const up = head.getAttribute("aria-sort") !== "ascending";
      const key = row => { const cell = row.children[column]; return "v" in cell.dataset ? (cell.dataset.v === "" ? NaN : +cell.dataset.v) : cell.textContent; };
      const rows = [...body.rows].map((row, i) => ({row, i, key: key(row)}));
      const missing = x => typeof x === "number" && isNaN(x);
      rows.sort((a, b) => missing(a.key) - missing(b.key) || (missing(a.key) ? 0 : (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (up ? 1 : -1)) || a.i - b.i);
      for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      body.append(...rows.map(x => x.row));
    });
})();
