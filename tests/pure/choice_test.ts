/** Which hook and mode are chosen, by the kind of the interface and what the options say. */
import { assert, assertEquals } from "@std/assert";
import { HOOKS } from "../../src/hooks/all.ts";
import { type Way, waysToAttach } from "../../src/hooks/choice.ts";
import { MODES } from "../../src/hooks/hook.ts";

const NO_TCX = { tc: { why: "the kernel has no tcx links", remedy: "" } };
const NO_NATIVE = { native: { why: "it has no native XDP", remedy: "" } };

/** By kind and driver: what `auto` takes, in order; with tcx, and before. */
const EXPECTED = [
  ["", "mana", ["native", "tc", "generic"], ["native", "generic"]],
  ["", "a driver of later kernels", ["native", "tc", "generic"], [
    "native",
    "generic",
  ]],
  ["", "igc", ["tc", "generic"], ["generic"]],
  ["", "vif", ["tc", "generic"], ["generic"]],
  ["", "virtio_net", ["native", "tc", "generic"], ["native", "generic"]],
  ["", "mlx5_core", ["tc", "generic"], ["generic"]],
  ["veth", "veth", ["tc", "native", "generic"], ["native", "generic"]],
  ["tun", "tun", ["tc", "native", "generic"], ["native", "generic"]],
  ["bond", "bonding", ["tc", "generic"], ["generic"]],
  ["team", "team", ["tc", "generic"], ["generic"]],
  ["bridge", "bridge", ["tc", "generic"], ["generic"]],
  ["vlan", "802.1Q VLAN Support", ["tc", "generic"], ["generic"]],
  ["wireguard", "", ["tc", "generic"], ["generic"]],
  ["vxlan", "vxlan", ["tc", "generic"], ["generic"]],
  ["a kind of later kernels", "", ["tc", "generic"], ["generic"]],
  ["", "", ["tc", "generic"], ["generic"], 772], // loopback
] as const;

const DEVICES = EXPECTED.map((
  [kind, driver, modes, old, hardwareType = 1],
) => ({
  device: {
    ...{ asked: "x", name: "x", index: 2, flags: 0, mtu: 1500, isUp: true },
    ...{ xdpProgram: undefined, kind, driver, hardwareType },
  },
  modes,
  old,
}));

const modesOf = (ways: readonly Way[]) => ways.map(({ mode }) => mode);

Deno.test("auto takes the hook and mode that the kind of the interface needs, and gives a reason", () => {
  const wish = { hook: undefined, mode: "auto" } as const;
  for (const { device, modes, old } of DEVICES) {
    const about = device.kind || device.driver || "loopback";
    const ways = waysToAttach(device, "in", wish, {});
    assertEquals(modesOf(ways), [...modes], about);
    const without = waysToAttach(device, "in", wish, NO_TCX);
    assertEquals(modesOf(without), [...old], about);
    if (modes[0] === "tc") {
      assertEquals(without[0]!.reason, NO_TCX.tc.why, about);
    }
    for (const [best] of [ways, without]) assert(best!.reason, about);
    const out = waysToAttach(device, "out", wish, {});
    assertEquals(modesOf(out), ["tc"], about);
  }
});

Deno.test("what the options name is obeyed; what does not work is left out, unless nothing else is there", () => {
  const obstacles = [{}, NO_TCX, NO_NATIVE, { ...NO_TCX, ...NO_NATIVE }];
  for (const { device } of DEVICES) {
    for (const hook of [undefined, ...HOOKS]) {
      for (const mode of MODES) {
        for (const direction of ["in", "out"] as const) {
          for (const missing of obstacles) {
            const ways = waysToAttach(
              device,
              direction,
              { hook, mode },
              missing,
            );
            const about = [device.driver, hook?.name, mode, direction].join(
              " ",
            );
            assert(ways.length > 0, about);
            assertEquals(new Set(modesOf(ways)).size, ways.length, about);
            for (const way of ways) {
              assert(way.hook.directions.includes(direction), about);
              assert(way.hook.modes.includes(way.mode), about);
              if (hook?.directions.includes(direction)) {
                assertEquals(way.hook, hook, about);
              }
              if (way.hook.modes.includes(mode)) assertEquals(way.mode, mode);
            }
            const blocked = modesOf(ways).filter((mode) => mode in missing);
            assert(blocked.length === 0 || ways.length === 1, about);
          }
        }
      }
    }
  }
});
