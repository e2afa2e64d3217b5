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
    [0n, 17n, 0, true], // accepted, and not run
    [500_000n, 1_000_000n, 10_000, true], // merged by two
    [10n, 0n, 10, false], // shorter than drivers take
  ] as const
) {
  Deno.test(`XDP saw ${counted}, the interface ${received}: ${differs ? "they part" : "they agree"}`, () =>
    assertEquals(
      discrepancy(counted, received, peak),
      differs ? { counted, received } : undefined,
    ));
}
