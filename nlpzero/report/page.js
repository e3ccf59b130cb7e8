// Tables are sorted and searched, words open their lines. Without this script the page is whole, too.
(() => {
  "use strict";

  const all = (selector, place = document) => [...place.querySelectorAll(selector)];

  const make = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // Sorting

  const order = new Intl.Collator("zh-Hans", { numeric: true });

  const valueOf = (cell) => {
    const text = cell.textContent.trim();
    if (!cell.classList.contains("n")) return text;
    const number = parseFloat(text.replace(/,/g, "").replace("\u2212", "-"));
    return Number.isNaN(number) ? -Infinity : number;
  };

  const compared = (a, b) => (typeof a === "number" ? Math.sign(a - b) || 0 : order.compare(a, b));

  const sortable = (box, body, rows) => {
    const heads = all("th", box);
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const first = head.classList.contains("n") ? "descending" : "ascending";
        const next = now === "none" ? first : now === "ascending" ? "descending" : "ascending";
        heads.forEach((one) => one.hasAttribute("aria-sort") && one.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        const keys = new Map(rows.map((row) => [row, valueOf(row.cells[column])]));
        body.append(...[...rows].sort((a, b) => sign * compared(keys.get(a), keys.get(b))));
      });
    });
  };

  // Searching, and showing all rows

  const searchable = (box, rows) => {
    const label = "Search: " + box.querySelector("caption").textContent;
    const input = make("input", { type: "search", placeholder: "Search", "aria-label": label });
    const told = make("span", { "aria-live": "polite" });
    box.before(make("div", { class: "tools" }, input, told));
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let number = 0;
      for (const row of rows) {
        const matches = !wanted || row.textContent.toLowerCase().includes(wanted);
        row.classList.toggle("match", matches);
        number += matches;
      }
      box.classList.toggle("searched", wanted !== "");
      told.textContent = wanted ? `${number} of ${rows.length} rows` : "";
    });
  };

  const foldable = (box, rows) => {
    const more = `Show all ${rows.length} rows`;
    const button = make("button", { type: "button", class: "more" }, more);
    box.classList.add("short");
    button.addEventListener("click", () => {
      button.textContent = box.classList.toggle("short") ? more : "Show fewer rows";
    });
    box.after(button);
  };

  for (const box of all(".table")) {
    const body = box.querySelector("tbody");
    const rows = [...body.rows];
    sortable(box, body, rows);
    if (rows.length > 5) searchable(box, rows);
    if (rows.length > SHORT) foldable(box, rows);
  }

  // Lines in context

  const dialog = make("dialog", { "aria-label": "Lines in context" });
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#w"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const head = document.getElementById(link.getAttribute("href").slice(1));
    if (!head) return;
    event.preventDefault();
    const title = head.cloneNode(true);
    title.removeAttribute("id");
    const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "\u00d7");
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(close, title, head.nextElementSibling.cloneNode(true));
    if (!dialog.open) dialog.showModal();
  });

  // The section that is read is marked in the list of sections

  const links = new Map(all("nav a").map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        links.forEach((link) => link.removeAttribute("aria-current"));
        links.get(entry.target.id)?.setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  all("main section").forEach((section) => seen.observe(section));
})();
