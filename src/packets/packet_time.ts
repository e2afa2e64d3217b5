/** Times of packets, exact to the nanosecond, and the windows that they are in. */
import type { Moment } from "../tally/moment.ts";

/** Since 1970; `nanoseconds` are below a second. */
export interface PacketTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Before all times. */
export const LONG_AGO: PacketTime = { seconds: -Infinity, nanoseconds: 0 };
/** For packets without a time. */
export const EPOCH: PacketTime = { seconds: 0, nanoseconds: 0 };

/** Below 0: `a` is earlier. Above 0: it is later. */
export function compareTimes(a: PacketTime, b: PacketTime): number {
  return a.seconds === b.seconds
    ? a.nanoseconds - b.nanoseconds
    : a.seconds - b.seconds;
}

/** A time for records, which have milliseconds. */
export function momentOf({ seconds, nanoseconds }: PacketTime): Moment {
  const wall = seconds * 1000 + nanoseconds / 1e6;
  return { boot: wall, wall };
}

/**
 * The window of a time. Windows follow one another from `first` on.
 *
 * @param time not before `first`
 * @param interval length of a window, whole ms
 */
export function windowAt(
  time: PacketTime,
  first: PacketTime,
  interval: number,
): { start: PacketTime; end: PacketTime } {
  // Whole milliseconds since the first packet, and nothing is rounded.
  const since = (time.seconds - first.seconds) * 1000 +
    Math.floor((time.nanoseconds - first.nanoseconds) / 1e6);
  const before = since - since % interval;
  return { start: later(first, before), end: later(first, before + interval) };
}

/** @param time whole ms */
function later({ seconds, nanoseconds }: PacketTime, time: number): PacketTime {
  const rest = nanoseconds + time % 1000 * 1e6;
  const carried = rest >= 1e9 ? 1 : 0;
  return {
    seconds: seconds + Math.floor(time / 1000) + carried,
    nanoseconds: rest - carried * 1e9,
  };
}
