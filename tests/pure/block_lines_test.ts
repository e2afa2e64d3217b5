/** Lines that block a source: for any address and network, short, and of nothing else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatIpv4, formatIpv6 } from "../../src/basics/address.ts";
import { parseFilter } from "../../src/basics/network_filter.ts";
import { masked } from "../../src/basics/prefix.ts";
import { blockLines } from "../../src/view/block_lines.ts";
import { generator } from "../lib/random.ts";

Deno.test("each line names just the row's network, and fits 80 columns", () => {
  const random = generator(1);
  for (let round = 0; round < 2000; round++) {
    const size = [4, 16][random(2)]!;
    const bits = 1 + random(size * 8);
    const bytes = masked(
      Uint8Array.from({ length: size }, () => random(256)),
      bits,
    );
    const address = size === 4 ? formatIpv4(bytes) : formatIpv6(bytes);
    const text = bits === size * 8 ? address : `${address}/${bits}`;
    const lines = blockLines(text)!;
    for (const line of [lines.nft, lines.route, lines.routeUndo]) {
      const [named] = /[\da-f.:]+[.:][\da-f.:/]*/.exec(line)!;
      assertEquals(parseFilter(named).networks, parseFilter(text).networks);
    }
    const all = [...lines.prepare, ...Object.values(lines).slice(1)].flat();
    for (const line of all) {
      assertMatch(line, /^(nft|ip) [a-z ]+/);
      assert(line.length <= 80, line);
    }
  }
});

Deno.test("what is no address, and all addresses at once, have no lines", () => {
  for (
    const text of [
      "0.0.0.0/0",
      "::/0",
      "-",
      "",
      "tcp",
      "02:00:00:00:00:01",
      "8",
    ]
  ) assertEquals(blockLines(text), undefined, text);
});
