// Sorts and filters the table of students. Without it, the table stands as it is.
(() => {
  const table = document.getElementById("students");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const key = (row, column) => row.cells[column] ? row.cells[column].textContent.trim() : "";
  const isOpen = text => text === "" || text === "–";
  const compare = (a, b) => a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? a - b : a.localeCompare(b);

  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      // What is open comes last in either direction.
      const keyed = rows.map(row => [key(row, column), row]);
      keyed.sort(([a], [b]) => isOpen(a) - isOpen(b) || (down ? compare(b, a) : compare(a, b)));
      body.append(...keyed.map(([, row]) => row));
    });
  });

  const filter = document.getElementById("filter");
  const texts = rows.map(row => row.textContent.toLowerCase());
  const show = () => {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, place) => { row.hidden = !texts[place].includes(wanted); shown += !row.hidden; });
    document.getElementById("shown").textContent = shown;
  };
  filter.addEventListener("input", show);
  document.getElementById("tools").hidden = false;
  show();
})();
