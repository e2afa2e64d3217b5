/** Why sessions and runs end: what is said, and the exit code. */
import { EXIT, type ExitCode } from "../basics/errors.ts";
import type { Limit } from "../tally/limit.ts";
import type { Source } from "../tally/rank.ts";

/** Why a run ends that nobody asked to. */
export const LOST = {
  "interface-gone": "the interface is gone",
  "detached": "somebody detached the program",
  "holder-gone": "its XDP program is gone, or another one has taken its place",
} as const;

/** Says which source exceeds a limit. */
export function excess(
  { key, packets, bytes }: Source,
  { text, unit }: Limit,
  name: string,
  seconds: number,
): string {
  const amount = unit === "pps"
    ? `${Math.round(Number(packets) / seconds)} packets a second`
    : `${bytes} bytes`;
  return `${key} exceeds ${text} on "${name}": ${amount}`;
}

/** Which exit code wins if several apply: the first. */
const BY_WEIGHT = [
  EXIT.noInterface,
  EXIT.incomplete,
  EXIT.threshold,
] as const;

/** The exit code of a session to which all of these apply. */
export function weightiest(codes: ReadonlySet<ExitCode>): ExitCode {
  return BY_WEIGHT.find((code) => codes.has(code)) ?? EXIT.done;
}
