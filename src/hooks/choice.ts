/** Chooses how to attach to an interface: the hook, and the mode. */
import type { Direction } from "../basics/keys.ts";
import type { NetInterface } from "../net/interfaces.ts";
import { HOOKS } from "./all.ts";
import type { Hook, Mode } from "./hook.ts";
import { kindOf } from "./kinds.ts";
import type { Obstacles } from "./obstacles.ts";

/** A way to attach. */
export interface Way {
  readonly hook: Hook;
  /** One of the hook's modes. */
  readonly mode: string;
  /** Why this way was chosen; undefined: the options name it. */
  readonly reason?: string | undefined;
}

/** What the options say about it; a hook that is undefined is chosen. */
interface Wish {
  readonly hook: Hook | undefined;
  readonly mode: Mode;
}

/**
 * The ways to attach that may work, the best first. What the options name is
 * obeyed; where they leave it open, the kind of the interface decides (kinds.ts), or
 * the XDP program that is there already.
 *
 * @param holder that program, as the subject of a sentence
 * @example
 * ```ts
 * const wish = { hook: undefined, mode: "auto" } as const;
 * const [way] = waysToAttach(veth, "in", wish, {});
 * way?.mode; // "tc"
 * ```
 */
export function waysToAttach(
  netInterface: NetInterface,
  direction: Direction,
  { hook: wanted, mode }: Wish,
  obstacles: Obstacles,
  holder?: string,
): readonly Way[] {
  const able = HOOKS.filter(({ directions }) => directions.includes(direction));
  // A mode that is named means its hook.
  const named = able.find((hook) => hook === wanted) ??
    able.find(({ modes }) => modes.includes(mode));
  if (named !== undefined) {
    const { modes } = named;
    if (modes.length === 1) return [{ hook: named, mode: modes[0]! }];
    if (modes.includes(mode)) return [{ hook: named, mode }];
  }

  if (holder !== undefined && named === undefined && direction === "in") {
    const beside = besideHolder(holder, able, obstacles);
    if (beside.length > 0) return beside;
  }
  const { modes, why, avoidsNative } = kindOf(netInterface);
  const hooks = named === undefined ? able : [named];
  const ways = modes.flatMap((mode): Way[] => {
    const hook = hooks.find(({ modes }) => modes.includes(mode));
    return hook === undefined ? [] : [{ hook, mode }];
  });
  const possible = ways.filter(({ mode }) => !(mode in obstacles));
  if (possible.length === 0) return ways; // attaching tells what is missing
  const [best, ...others] = possible;
  const left = ways.slice(0, ways.indexOf(best!));
  return [{ ...best!, reason: reason() }, ...others];

  function reason(): string | undefined {
    if (left.length > 0) {
      return left.map(({ mode }) => obstacles[mode]!.why).join("; ");
    }
    if (direction === "out") return "XDP does not see outgoing frames";
    return named === undefined ? why : avoidsNative ?? obstacles.native?.why;
  }
}

/** The ways that leave the XDP program alone, which is there. */
function besideHolder(
  holder: string,
  able: readonly Hook[],
  obstacles: Obstacles,
): Way[] {
  const { observe } = obstacles;
  const reasons: Record<string, string> = {
    observe: "an XDP program holds the interface",
    tc: observe === undefined
      ? `${holder} is there, and tc sees only what it passes on`
      : `${holder} holds the interface, and cannot be observed (${observe.why}): tc sees only what it passes on`,
  };
  return ["observe", "tc"].flatMap((name) => {
    const hook = able.find((hook) => hook.name === name);
    const reason = reasons[name]!;
    return hook === undefined || name in obstacles
      ? []
      : [{ hook, mode: name, reason }];
  });
}
