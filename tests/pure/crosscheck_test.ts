/** When the count and the interface's own counter differ so much that a warning is due. */
import { assertEquals } from "@std/assert";
import { comparisonFor } from "../../src/hooks/comparison.ts";
import { discrepancy } from "../../src/tally/crosscheck.ts";

for (
  const [counted, own, peak, differs] of [
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
  Deno.test(`the program saw ${counted} packets, the interface ${own}: ${differs ? "warns" : "does not warn"}`, () => {
    const found = differs ? { counted, own } : undefined;
    const isLess = counted < own;
    assertEquals(discrepancy(counted, own, peak, "equal"), found);
    assertEquals(
      discrepancy(counted, own, peak, "not less"),
      isLess ? found : undefined,
    );
    assertEquals(discrepancy(counted, own, peak, "none"), undefined);
  });
}

Deno.test("a count is compared with what the interface's own counter counts, by kind, mode and direction", () => {
  const ETHERNET = 1, LOOPBACK = 772;
  for (
    const [kind, driver, native, generic, tc, out, hardwareType = ETHERNET] of [
      ["", "mlx4_en", "equal", "equal", "equal", "not less"],
      ["", "vif", "equal", "not less", "not less", "not less"],
      ["", "igb", "equal", "equal", "equal", "not less"],
      ["", "", "equal", "not less", "not less", "not less", LOOPBACK],
      ["veth", "veth", "equal", "not less", "not less", "not less"],
      ["tun", "tun", "not less", "not less", "not less", "not less"],
      ["", "virtio_net", "equal", "not less", "not less", "not less"],
      ["bridge", "bridge", "equal", "not less", "not less", "not less"],
      ["geneve", "geneve", "equal", "not less", "not less", "not less"],
      ["vxlan", "vxlan", "none", "none", "none", "none"],
      ["ifb", "ifb", "none", "none", "none", "none"],
      ["bond", "bonding", "none", "none", "none", "none"],
      ["team", "team", "none", "none", "none", "none"],
    ] as const
  ) {
    const device = {
      ...{ asked: "x", name: "x", index: 2, flags: 0, mtu: 1500, isUp: true },
      ...{ xdpProgram: undefined, kind, driver, hardwareType },
    };
    assertEquals(
      ["native", "generic", "tc"].map((mode) =>
        comparisonFor(device, "in", mode)
      ),
      [native, generic, tc],
      kind || driver,
    );
    assertEquals(comparisonFor(device, "out", "tc"), out);
  }
});
