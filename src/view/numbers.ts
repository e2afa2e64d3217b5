/** Writes numbers as narrow as the columns of `top` need them. */
import { formatBitRate, scaled } from "../basics/quantity.ts";

/** `1,689,221`: all digits, in groups of three. */
export function grouped(value: bigint | number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** All digits, if `width` columns hold them; else three of them, and the unit. */
export function counted(value: bigint, width: number): string {
  const text = grouped(value);
  return text.length <= width ? text : scaled(Number(value)).join(" ");
}

/**
 * Packets per second: `1,250`, or `2.5` below 10; `-` if no time has passed.
 *
 * @param width columns that there are for it
 */
export function rate(
  packets: bigint,
  seconds: number,
  width = Infinity,
): string {
  const value = Number(packets) / seconds;
  if (!Number.isFinite(value)) return "-";
  return value < 10
    ? String(Math.round(value * 10) / 10)
    : counted(BigInt(Math.round(value)), width);
}

/** Bits per second to three digits: `952`, `13.5 M`. */
export function bits(bytes: bigint, seconds: number): string {
  return scaled(Number(bytes) * 8 / seconds).join(" ").trimEnd();
}

/** Like `bits`, with the unit: `952 bit/s`, `13.5 Mbit/s`. */
export function bitRate(bytes: bigint, seconds: number): string {
  return formatBitRate(Number(bytes) * 8 / seconds);
}

/** Any number to three digits: `952`, `13.5 k`. */
export function short(value: number): string {
  return scaled(value).join(" ").trimEnd();
}

/** A part as a share of a whole, 0 to 1; 0 if the whole is 0. */
export function shareOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(part) / Number(whole);
}

/** A share of 0 to 1 as `25.2%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `16:11:54`, in UTC. */
export function clock(time: Date): string {
  return time.toISOString().slice(11, 19);
}

/** An interval in milliseconds as `500ms`, `1s` or `2m`. */
export function interval(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1000}s`;
}

/** Seconds as `0.4 s`, `61 s` or `12 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  return whole < 120
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
