/** Style and script of the HTML report; both are inline, so the page loads nothing. */

/** Light and dark colours follow the reader's system. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --dim: #667085; --line: #e3e7ee; --page: #fff; --panel: #f6f8fb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #98a2b3; --line: #2b3342; --page: #12161d; --panel: #1a202a; } }
:root { --c0: #2f6fed; --c1: #e0792b; --c2: #1f9d6b; --c3: #b04ad0; --c4: #c9a227; --c5: #98a2b3; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 32px 0 10px; }
p, small { color: var(--dim); margin: 0; }
ul { list-style: none; margin: 0; padding: 0; }
.sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin-top: 18px; }
.sums li { background: var(--panel); border-radius: 8px; padding: 10px 14px; color: var(--dim); }
.sums b { display: block; font-size: 19px; color: var(--ink); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; } .sums small { display: block; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--dim); font-size: 12px; }
.grid line { stroke: var(--line); } polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
${
  [0, 1, 2, 3, 4, 5].map((at) =>
    `polyline.c${at} { stroke: var(--c${at}); } i.c${at} { background: var(--c${at}); }`
  ).join("\n")
}
.bar { display: flex; height: 26px; border-radius: 6px; overflow: hidden; background: var(--panel); } .bar i { min-width: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 8px; font-size: 14px; } .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.wide { overflow-x: auto; } .wide svg { min-width: 640px; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; white-space: nowrap; font-size: 14px; }
td, th { padding: 6px 12px; text-align: right; border-bottom: 1px solid var(--line); } td:first-child, th:first-child { text-align: left; position: sticky; left: 0; background: var(--page); }
th button { all: unset; cursor: pointer; font-weight: 600; color: var(--dim); } th button:focus-visible { outline: 2px solid var(--c0); }
th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
.trust li { padding: 6px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
`;

/** Sorts the table by a column when its head is clicked. */
export const PAGE_SCRIPT = `
document.querySelectorAll("th button").forEach((button, column) => {
  button.addEventListener("click", () => {
    const head = button.parentElement, body = document.querySelector("tbody");
    const up = head.getAttribute("aria-sort") === "descending";
    document.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => row.cells[column].dataset.sort;
    const rows = [...body.rows].sort((a, b) => value(a).localeCompare(value(b), "en", { numeric: true }));
    body.append(...(up ? rows : rows.reverse()));
  });
});
`;
