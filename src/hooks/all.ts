/** Lists the hooks, the default first. */
import type { Direction } from "../basics/keys.ts";
import type { Hook } from "./hook.ts";
import { tc } from "./tc.ts";
import { xdp } from "./xdp.ts";

export const HOOKS: readonly Hook[] = [xdp, tc];

/** `wanted` if it sees frames of this direction, else the first hook that does. */
export function hookFor(direction: Direction, wanted: Hook): Hook {
  return [wanted, ...HOOKS].find(({ directions }) =>
    directions.includes(direction)
  )!;
}
