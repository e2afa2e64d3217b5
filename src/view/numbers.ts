/** Numbers as people read them at a glance. */

/** `1,689,221`: exact, in groups of three. */
export function grouped(value: bigint | number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Packets a second of a tick: whole ones, of few the first decimal too. */
export function rate(packets: bigint, seconds: number): string {
  const value = Number(packets) / seconds;
  if (!Number.isFinite(value)) return "-";
  return value < 10
    ? String(Math.round(value * 10) / 10)
    : grouped(Math.round(value));
}

const UNITS = ["", "k", "M", "G", "T", "P"];

/** Bits a second, to three figures: `952`, `13.5 M`. */
export function bits(bytes: bigint, seconds: number): string {
  return scaled(bytes, seconds).join(" ").trimEnd();
}

/** The same with its unit: `952 bit/s`, `13.5 Mbit/s`. */
export function bitRate(bytes: bigint, seconds: number): string {
  return `${scaled(bytes, seconds).join(" ")}bit/s`;
}

function scaled(
  bytes: bigint,
  seconds: number,
): [number: string, unit: string] {
  let value = Number(bytes) * 8 / seconds;
  if (!Number.isFinite(value)) return ["-", ""];
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const decimals = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return [value.toFixed(decimals), UNITS[unit]!];
}

/** A part of a whole; 0 where there is no whole. */
export function shareOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(part) / Number(whole);
}

/** `25.2%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `16:11:54`, in UTC. */
export function clock(time: Date): string {
  return time.toISOString().slice(11, 19);
}

/** `500ms`, `1s`, `2m`. */
export function interval(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1000}s`;
}
