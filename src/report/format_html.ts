/** `report --format html`: one page with curves, which needs no other file. */
import { formatBytes } from "../basics/quantity.ts";
import { visible } from "../basics/visible.ts";
import { namingText } from "../names/naming.ts";
import { classesOf, verdictsIn } from "./class_sums.ts";
import type { Group } from "./groups.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page_style.ts";
import type { Problems } from "./problems.ts";
import { type Report, SERIES } from "./reporter.ts";
import { percentOf } from "../basics/share.ts";
import { addressOf, keyHead, rowName } from "./row_names.ts";
import { summary, trust } from "./sentences.ts";
import { minuteText, timeText } from "./times.ts";

const WIDTH = 900, HEIGHT = 240;
/** Margins of the curves, for the labels of the axes. */
const LEFT = 64, BOTTOM = 22, TOP = 10;

/** The report as one HTML page, with its style and script inside. */
export function reportHtml(report: Report, problems: Problems): string {
  const { sums, groups } = report;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>xdptally report</title>
<style>${PAGE_STYLE}</style>
<main>
<h1>Who sent the packets?</h1>
<p>${escape(summary(report))}</p>
<ul class="sums">
${
    [...classesOf(sums), ...verdictsIn(sums)].map((
      [name, { packets, bytes }],
    ) =>
      `<li><b>${grouped(packets)}</b> ${LABELS[name] ?? name}<small>${
        formatBytes(bytes)
      }</small></li>`
    ).join("\n")
  }
</ul>
${chart(report)}
${shares(report)}
<h2>${groups.length === 1 ? "One row" : `The first ${groups.length}`}${
    report.hidden > 0 ? ` of ${groups.length + report.hidden}` : ""
  }</h2>
<div class="wide"><table>
<thead><tr>${
    [
      escape(capitalized(keyHead(report))),
      ...COLUMNS,
      ...(report.names === undefined ? [] : ["Name"]),
    ].map((name, at) =>
      `<th${
        at === 1 ? ' aria-sort="descending"' : ""
      }><button>${name}</button></th>`
    ).join("")
  }</tr></thead>
<tbody>
${groups.map((group) => tableRow(report, group)).join("\n")}
</tbody>
</table></div>
<h2>Can it be trusted?</h2>
<ul class="trust">
${
    trust(report, problems).map((line) => `<li>${escape(line.trim())}</li>`)
      .join(
        "\n",
      )
  }
</ul>
</main>
<script>${PAGE_SCRIPT}</script>
</html>
`;
}

const COLUMNS = [
  "Packets",
  "Share",
  "Bytes",
  "First seen",
  "Last seen",
  "Busiest minute",
];
const LABELS: Record<string, string> = { total: "packets", nonIp: "non-IP" };

function tableRow(report: Report, group: Group): string {
  const percent = percentOf(group.packets, report.sums.total.packets);
  const name = rowName(report, group);
  const cells: [sort: string | number | bigint, text: string][] = [
    [name, escape(name)],
    [group.packets, grouped(group.packets)],
    [percent, `${percent.toFixed(2)} %`],
    [group.bytes, formatBytes(group.bytes)],
    [group.firstSeen, timeText(group.firstSeen)],
    [group.lastSeen, timeText(group.lastSeen)],
    [
      group.busiestPackets,
      `${minuteText(group.busiestMinute)} (${group.busiestPackets})`,
    ],
  ];
  if (report.names !== undefined) {
    const naming = namingText(report.names.of(addressOf(group)));
    cells.push([naming, escape(naming)]);
  }
  return `<tr>${
    cells.map(([sort, text]) =>
      `<td data-sort="${escape(String(sort))}">${text}</td>`
    ).join("")
  }</tr>`;
}

/** One bar with the shares of the first groups and of all others. */
function shares(report: Report): string {
  const { groups, sums } = report;
  const total = sums.total.packets;
  const shown = groups.slice(0, SERIES);
  const parts = shown.map((group) => ({
    name: rowName(report, group),
    percent: percentOf(group.packets, total),
  }));
  const rest = 100 - parts.reduce((sum, { percent }) => sum + percent, 0);
  // Each part is rounded, so all together may be a little more than all.
  const all = total === 0n
    ? []
    : [...parts, { name: "all others", percent: Math.max(0, rest) }];
  return `<h2>Share of all packets</h2>
<div class="bar" role="img" aria-label="shares">${
    all.map(({ percent }, at) =>
      `<i class="c${at}" style="width:${percent}%"></i>`
    ).join("")
  }</div>
<ul class="legend">${
    all.map(({ name, percent }, at) =>
      `<li><i class="c${at}"></i>${escape(name)} <b>${
        percent.toFixed(2)
      } %</b></li>`
    ).join("")
  }</ul>`;
}

/** The curves of the first groups as SVG; empty if there are none. */
function chart({ series, seriesWidth }: Report): string {
  const curves = [...series].map(([name, points]) => ({ name, points }));
  const points = curves.flatMap(({ points }) => points);
  if (points.length === 0) return "";
  const from = Math.min(...points.map(({ time }) => time));
  const to = Math.max(...points.map(({ time }) => time), from + 1);
  const most = Math.max(...points.map(({ packets }) => packets), 1);
  const x = (time: number) =>
    (LEFT + (WIDTH - LEFT - 4) * (time - from) / (to - from)).toFixed(1);
  const y = (packets: number) =>
    (HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * packets / most).toFixed(1);
  const grid = [0, 0.5, 1].map((part) => {
    const at = y(most * part);
    return `<line x1="${LEFT}" x2="${WIDTH}" y1="${at}" y2="${at}"/><text x="${
      LEFT - 6
    }" y="${at}" dy="4" text-anchor="end">${short(most * part)}</text>`;
  });
  const lines = curves.map(({ name, points }, at) =>
    `<polyline class="c${at}" points="${
      points.map((point) => `${x(point.time)},${y(point.packets)}`).join(" ")
    }"><title>${escape(name)}</title></polyline>`
  );
  return `<h2>Packets every ${duration(seriesWidth)}</h2>
<div class="wide"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="packets over time of the first rows">
<g class="grid">${grid.join("")}
<text x="${LEFT}" y="${HEIGHT - 4}">${timeText(from)}</text>
<text x="${WIDTH - 4}" y="${HEIGHT - 4}" text-anchor="end">${
    timeText(to)
  }</text></g>
${lines.join("\n")}
</svg></div>`;
}

/** `15 min`, `6 h`, `1 d`. */
function duration(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 24 * 60 ? `${minutes / 60} h` : `${minutes / 60 / 24} d`;
}

/** `1.2M`. */
function short(value: number): string {
  return new Intl.NumberFormat("en", {
    notation: "compact",
    maximumFractionDigits: 1,
  }).format(value);
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** `1,234,567`. */
function grouped(value: bigint): string {
  return value.toLocaleString("en");
}

function escape(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(
      '"',
      "&quot;",
    );
}
