/** Types the part of @std/cli that src/ uses, for builds with the npm copy of @std. */
import { parseArgs as untyped } from "../../.toolchain/std/cli/parse_args.js";

export const parseArgs = untyped as (
  args: string[],
  options: {
    string?: readonly string[];
    boolean?: readonly string[];
    collect?: readonly string[];
    unknown?: (name: string) => unknown;
  },
) => { _: (string | number)[] } & Record<string, unknown>;
