/** Lists the hooks. */
import type { Hook } from "./hook.ts";
import { observe } from "./observe.ts";
import { tc } from "./tc.ts";
import { xdp } from "./xdp.ts";

export const HOOKS: readonly Hook[] = [xdp, tc, observe];
