/** The fields of `--by` that are read from frames: --hook observe alone has verdicts. */
import { FIELD_NAMES } from "../../src/basics/keys.ts";

export const FIELDS = FIELD_NAMES.filter((name) => name !== "verdict");

/** Those that need no option besides. */
export const PLAIN_FIELDS = FIELDS.filter((name) => name !== "outer-source");
