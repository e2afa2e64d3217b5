/** Writes bytes and rates for people: `573.6 kB`, `399/s` (pure). */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** Bytes in powers of 1000 with one decimal: `999 B`, `65.5 kB`. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A number a second: `12/s`, `0.5/s`; `-/s` where no time passed. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return "-/s";
  return `${rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10}/s`;
}
