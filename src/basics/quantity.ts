/** Writes bytes and rates for people: `573.6 kB`, `399/s`, `4.59 Mbit/s` (pure). */

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

const SI_UNITS = ["", "k", "M", "G", "T", "P"] as const;

/** A number to three digits, and the unit that they are in: `["13.5", "M"]`. */
export function scaled(value: number): [number: string, unit: string] {
  if (!Number.isFinite(value)) return ["-", ""];
  let unit = 0;
  while (value >= 999.5 && unit < SI_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const decimals = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return [value.toFixed(decimals), SI_UNITS[unit]!];
}

/** Bits a second, to three digits: `952 bit/s`, `13.5 Mbit/s`; `- bit/s` where no time passed. */
export function formatBitRate(rate: number): string {
  return `${scaled(rate).join(" ")}bit/s`;
}
