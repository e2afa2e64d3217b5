/** When XDP's count and the interface's own counter differ so much that a warning is due. */
import { assertEquals } from "@std/assert";
import { discrepancy } from "../../src/tally/crosscheck.ts";

for (
  const [counted, received, peak, differs] of [
    [1_000_000n, 1_000_000n, 10_000, false],
    [1_000_000n, 1_029_999n, 10_000, false], // 2 s of the peak, and 1%
    [1_000_000n, 1_031_000n, 10_000, true],
    [1_031_000n, 1_000_000n, 10_000, true],
    [0n, 16n, 0, false],
    [0n, 17n, 0, true], // the driver accepted the program and does not run it
    [500_000n, 1_000_000n, 10_000, true], // the driver merges two packets into one
    [10n, 0n, 10, false], // the driver has not updated its counter yet
  ] as const
) {
  Deno.test(`the program saw ${counted} packets, the interface ${received}: ${differs ? "warns" : "does not warn"}`, () =>
    assertEquals(
      discrepancy(counted, received, peak),
      differs ? { counted, received } : undefined,
    ));
}
