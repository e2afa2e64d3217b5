/** The list of hooks, the default first. */
import type { Direction } from "../basics/keys.ts";
import type { Hook } from "./hook.ts";
import { tc } from "./tc.ts";
import { xdp } from "./xdp.ts";

export const HOOKS: readonly Hook[] = [xdp, tc];

/** `wanted`, or the first hook that sees frames of that direction. */
export function hookFor(direction: Direction, wanted: Hook): Hook {
  return [wanted, ...HOOKS].find(({ directions }) =>
    directions.includes(direction)
  )!;
}
