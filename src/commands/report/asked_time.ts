/** Reads the times of --since and --until. */

/** A time that was asked for. */
export interface AskedTime {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** It was given as so long ago. */
  readonly isAgo: boolean;
}

const WHEN =
  "give a date like 2026-03-01, a time like 2026-03-01T12:00Z, or 24h for a day ago";

const UNITS: Record<string, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * Reads a date, with or without a time, or `24h` for a day ago.
 *
 * @throws {RangeError} it is none of these
 */
export function parseAskedTime(text: string): AskedTime {
  const ago = /^(\d+)([mhdw])$/.exec(text);
  const time = ago === null
    ? parseMoment(text)
    : Date.now() - Number(ago[1]) * UNITS[ago[2]!]!;
  if (!Number.isFinite(time)) throw new RangeError(WHEN);
  return { time, isAgo: ago !== null };
}

/** @returns milliseconds since 1970; NaN: it is no moment of the calendar */
function parseMoment(text: string): number {
  const TIME =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;
  const [, date, time = "00:00", zone = "Z"] = TIME.exec(text) ?? [];
  const day = Date.parse(`${date}T00:00Z`);
  // V8 reads February 30 as March 2.
  const isDay = !Number.isNaN(day) &&
    new Date(day).toISOString().startsWith(date!);
  return isDay ? Date.parse(`${date}T${time}${zone}`) : NaN;
}
