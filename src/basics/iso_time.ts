/** Times for people: UTC in ISO 8601, without the milliseconds. */

/** `2026-11-22T14:30:01Z`. */
export function isoSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
