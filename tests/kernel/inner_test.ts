/** --inner: packets in every kind of tunnel, in the programs of XDP and tc. */
import { assert, assertEquals } from "@std/assert";
import { FIELDS } from "../lib/fields.ts";
import { WELL_KNOWN_PORTS } from "../../src/basics/tunnels.ts";
import { PROGRAMS } from "../../src/bpf/layout.ts";
import { ethernetFrameOf } from "../lib/crafted.ts";
import { tunnelled, TUNNELS } from "../lib/crafted_tunnels.ts";
import type { Bytes } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { Program } from "../lib/program.ts";
import { generator } from "../lib/random.ts";
import { ReadBooks } from "../lib/read_books.ts";
import { type Narrowing, read } from "../lib/reading.ts";
import { SHORTEST } from "../lib/test_run.ts";

const NARROWING: Narrowing = { by: FIELDS, inner: WELL_KNOWN_PORTS };
const PREFIX = { ipv4: 32, ipv6: 128 };

function load(
  program: typeof PROGRAMS.xdptally[number],
  usesBtf?: boolean,
): Program {
  const keying = {
    fields: FIELDS,
    prefix: PREFIX,
    inner: WELL_KNOWN_PORTS,
  };
  return new Program({ program, keying, usesBtf, maxSources: 4096 });
}

/** Frames of each tunnel, so many deep. */
function* frames(seed: number, each: number): Iterable<[string, Bytes]> {
  const random = generator(seed);
  for (const name of Object.keys(TUNNELS)) {
    for (let depth = 1; depth <= 3; depth++) {
      for (let count = 0; count < each; count++) {
        const packet = tunnelled(random, depth, [name]);
        const { bytes, name: layers } = ethernetFrameOf(random, packet);
        yield [layers, bytes];
      }
    }
  }
}

for (const name of PROGRAMS.xdptally) {
  // The kernel refuses test runs of tc in which the first IP header is not whole.
  const shortest = name === "xdptally" ? SHORTEST : SHORTEST + 40;
  for (const usesBtf of [true, false]) {
    const way = usesBtf ? "with BTF" : "without BTF";
    Deno.test({
      name:
        `${name} ${way}: frames of every tunnel count as the witness reads them, truncated anywhere`,
      ignore: usesBtf && lacksKernel(6, 2, "a look at its own structs"),
      fn() {
        using program = load(name, usesBtf);
        for (const [layers, frame] of frames(3, 2)) {
          const books = new ReadBooks(NARROWING);
          for (let length = shortest; length <= frame.length; length++) {
            const cut = frame.slice(0, length);
            program.run({ frame: cut });
            books.add(cut);
          }
          const differences = books.differences(program.take());
          assertEquals(differences, [], `${layers}: ${frame.toHex()}`);
        }
      },
    });
  }
}

Deno.test({
  name: "headers of tunnels outside the linear part of the frame are found",
  ignore: lacksKernel(
    6,
    18,
    "a test run with a part of the frame in fragments",
  ),
  fn() {
    using program = load("xdptally");
    for (const [layers, frame] of frames(4, 1)) {
      const books = new ReadBooks(NARROWING);
      for (let linear = SHORTEST; linear < frame.length; linear++) {
        program.run({ frame, context: { dataEnd: linear } });
        books.add(frame);
      }
      assertEquals(books.differences(program.take()), [], layers);
    }
  },
});

Deno.test("the frames of these tests are read to the innermost packet, but in three tunnels", () => {
  for (const [layers, frame] of frames(3, 2)) {
    const { class: name } = read(frame, false, NARROWING);
    const isRead = name === "ipv4" || name === "ipv6";
    assert(isRead || name === "undecoded", `${layers}: ${name}`);
  }
});
