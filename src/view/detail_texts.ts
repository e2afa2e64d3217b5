/** What the row that was opened says in lines of text. */
import { formatBytes } from "../basics/quantity.ts";
import { visible } from "../basics/visible.ts";
import { NOTHING, plus, type Tally } from "../tally/source_list.ts";
import { blockLines } from "./block_lines.ts";
import { BOLD, colour, DIM } from "./cells.ts";
import type { Detail } from "./detail.ts";
import type { FieldSums } from "./field_sums.ts";
import {
  bitRate,
  bits,
  duration,
  grouped,
  percent,
  rate,
  shareOf,
} from "./numbers.ts";
import type { NameLookup } from "./namer.ts";
import type { Pane } from "./pane.ts";
import type { Piece } from "./pieces.ts";
import type { SourceRow } from "./source_rows.ts";

const LABEL = 10;

function labelled(label: string, ...pieces: Piece[]): Piece[] {
  return [[label.padEnd(LABEL), DIM], ...pieces];
}

/** Who it is, how much it sends and has sent, and since when. */
export function factLines(
  { key, isCounted }: Detail,
  { last, rows, runBooks, rest }: Pane,
  members: readonly SourceRow[],
  nameOf: NameLookup | undefined,
): Piece[][] {
  const { elapsed, end, books: { total } } = last!;
  const tick = sumOf(members.map(({ tick }) => tick));
  const run = sumOf(members.map(({ run }) => run ?? NOTHING));
  const known = nameOf === undefined
    ? []
    : key.split(",").map(nameOf).filter((text) => text !== "");
  const name: Piece[] = [[visible(key), BOLD | colour("accent")]];
  for (const text of known) name.push([visible(text), BOLD]);
  const isWhole = rest.tick.packets === 0n;
  if (members.length === 0) {
    return [name, [[
      isWhole
        ? "It sent nothing in this tick."
        : "It is not among the rows of this tick that were kept.",
    ]]];
  }
  const isLeast = !isWhole && !isCounted;
  const seen = Math.max(...members.map(({ seen }) => seen));
  const first = Math.min(...members.map(({ first }) => first.getTime()));
  const ago = rows.clock - seen;
  const share = (part: Tally, whole: Tally): Piece => [
    `${percent(shareOf(part.packets, whole.packets))} of all packets`,
  ];
  return [
    name,
    ...(isLeast
      ? [[["At least: not all rows of this tick were kept."]] as Piece[]]
      : []),
    labelled(
      "last tick",
      [`${rate(tick.packets, elapsed)} packets/s`, BOLD],
      [bitRate(tick.bytes, elapsed), BOLD],
      share(tick, total),
    ),
    labelled(
      "run",
      [`${grouped(run.packets)} packets`],
      [formatBytes(run.bytes)],
      share(run, runBooks.total),
    ),
    labelled("average", [
      `${sizeText(tick)} in the tick, ${sizeText(run)} in the run`,
    ]),
    labelled("first seen", [timeText(new Date(first))]),
    labelled(
      "last seen",
      [timeText(new Date(end.getTime() - ago * 1000))],
      ...(ago > 0
        ? [[`${duration(ago)} before this tick ended`] as const]
        : []),
    ),
  ];
}

/** Only the average of packets is known, not each of them. */
function sizeText({ packets, bytes }: Tally): string {
  return packets === 0n
    ? "no packet"
    : `${grouped(Math.round(Number(bytes) / Number(packets)))} bytes a packet`;
}

function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce(plus, NOTHING);
}

/** `2026-11-28 22:13:20 UTC`. */
function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Values of a field that are shown. */
const MOST_VALUES = 8;

/** The values of a field that it sent most with, in columns. */
export function valueLines(
  { field, values }: FieldSums,
  { last }: Pane,
  members: readonly SourceRow[],
): Piece[][] {
  const WIDTHS = [24, 11, 8, 7, 14];
  const cells = (...texts: string[]) =>
    texts.map((text, at) =>
      at === 0 ? text.padEnd(WIDTHS[0]!) : text.padStart(WIDTHS[at]!)
    ).join("");
  const all = sumOf(members.map(({ tick }) => tick));
  const head = `${field.toUpperCase()} (${grouped(values.length)})`;
  const more = values.length - MOST_VALUES;
  return [
    [[cells(head, "PACKETS/S", "BIT/S", "SHARE", "PACKETS"), BOLD]],
    ...values.slice(0, MOST_VALUES).map(({ text, tick, run }): Piece[] => [[
      cells(
        visible(text),
        rate(tick.packets, last!.elapsed),
        bits(tick.bytes, last!.elapsed),
        percent(shareOf(tick.packets, all.packets)),
        grouped(run.packets),
      ),
    ]]),
    ...(more > 0 ? [[[`and ${grouped(more)} more`, DIM]] as Piece[]] : []),
  ];
}

/** Lines to copy, each at the left edge and on a line of its own. */
export function blockTexts(
  { key, grouping }: Detail,
  { start }: Pane,
  width: number,
): Piece[][] {
  const title: Piece[] = [["TO BLOCK IT", BOLD]];
  const at = grouping.fields.indexOf("source");
  const source = key.split(",")[at] ?? "";
  const why = at < 0
    ? "Rows are not sources."
    : start.direction === "out"
    ? "It is an address of this host."
    : start.inner !== undefined
    ? "It may be inside a tunnel, where nft and routes do not see it."
    : undefined;
  const lines = why === undefined ? blockLines(source) : undefined;
  if (lines === undefined) {
    return [title, [[why ?? "There is no line for this.", DIM]]];
  }
  const comment = (text: string): Piece[] => [[text, DIM]];
  /** A command that is cut off would do something else: it goes on in the next line. */
  const command = (text: string): Piece[][] =>
    Array.from(
      { length: Math.ceil(text.length / width) },
      (_, at) => [[text.slice(at * width, (at + 1) * width)]],
    );
  return [
    title,
    [
      ["Sources can be forged.", BOLD | colour("alarm")],
      ["Blocking one hits whoever really has the address."],
    ],
    comment("Drop what it sends; this counts it before nft does. Once:"),
    ...lines.prepare.flatMap(command),
    comment("and for each source:"),
    ...command(lines.nft),
    comment("to undo all of it:"),
    ...command(lines.nftUndo),
    comment("Or send nothing to it; what it sends may still arrive:"),
    ...command(lines.route),
    comment("to undo that:"),
    ...command(lines.routeUndo),
  ];
}
