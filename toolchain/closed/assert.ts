/** Types the part of @std/assert that tests/ uses, for builds with the npm copy of @std. */
import { assert as untypedAssert } from "../../.toolchain/std/assert/assert.js";
import { assertEquals as untypedAssertEquals } from "../../.toolchain/std/assert/equals.js";
import { assertMatch as untypedAssertMatch } from "../../.toolchain/std/assert/match.js";
import { assertRejects as untypedAssertRejects } from "../../.toolchain/std/assert/rejects.js";
import { assertThrows as untypedAssertThrows } from "../../.toolchain/std/assert/throws.js";
import { assertStringIncludes as untypedAssertStringIncludes } from "../../.toolchain/std/assert/string_includes.js";

export function assert(
  condition: unknown,
  message?: string,
): asserts condition {
  untypedAssert(condition, message);
}

export const assertEquals = untypedAssertEquals as <T>(
  actual: T,
  expected: T,
  message?: string,
) => void;

export const assertMatch = untypedAssertMatch as (
  actual: string,
  expected: RegExp,
  message?: string,
) => void;

export const assertRejects = untypedAssertRejects as <
  E extends Error = Error,
>(
  call: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any
  ErrorClass?: new (...args: any[]) => E,
  includes?: string,
) => Promise<E>;

export const assertStringIncludes = untypedAssertStringIncludes as (
  actual: string,
  expected: string,
  message?: string,
) => void;

export const assertThrows = untypedAssertThrows as <E extends Error = Error>(
  call: () => unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass?: new (...args: any[]) => E,
  includes?: string,
) => E;
