/** Times of a report: milliseconds since 1970, not finite where nothing was counted. */
import { isoSeconds } from "../basics/iso_time.ts";

/** For programs: `2026-11-22T14:30:01.000Z`; null: there is no such time. */
export function isoTime(milliseconds: number): string | null {
  return Number.isFinite(milliseconds)
    ? new Date(milliseconds).toISOString()
    : null;
}

/** For people: `2026-11-22T14:30:01Z`; `-`: there is no such time. */
export function timeText(milliseconds: number): string {
  return Number.isFinite(milliseconds)
    ? isoSeconds(new Date(milliseconds))
    : "-";
}

/** For people: `2026-11-22T14:30Z`; `-`: there is no such time. */
export function minuteText(milliseconds: number): string {
  const text = timeText(milliseconds);
  return text === "-" ? text : `${text.slice(0, 16)}Z`;
}
