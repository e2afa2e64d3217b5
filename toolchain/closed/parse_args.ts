import { parseArgs as untyped } from "../../.toolchain/std/cli/parse_args.js";

/** The part of @std/cli's `parseArgs` that src/ uses, typed. */
export const parseArgs = untyped as (
  args: string[],
  options: {
    string?: readonly string[];
    boolean?: readonly string[];
    collect?: readonly string[];
    unknown?: (name: string) => unknown;
  },
) => { _: (string | number)[] } & Record<string, unknown>;
