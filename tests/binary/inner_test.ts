/** `--inner`, tags and labels, at work in the built executable, in every hook. */
import { assert, assertEquals } from "@std/assert";
import { fieldInJson, parseFields } from "../../src/basics/keys.ts";
import { WELL_KNOWN_PORTS } from "../../src/basics/tunnels.ts";
import { ethernetFrameOf } from "../lib/crafted.ts";
import { tunnelled, TUNNELS } from "../lib/crafted_tunnels.ts";
import { FIELDS } from "../lib/fields.ts";
import { FRAMES } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { generator } from "../lib/random.ts";
import { type Narrowing, read } from "../lib/reading.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import {
  assertBalanced,
  Capture,
  type JsonRecord,
  sum,
} from "../lib/xdptally.ts";

const TCX = lacksKernel(6, 6, "tcx links");
const MTU = 1500, ETHERNET = 14;

/** Frames that the kernel passes on: one of each kind, and each tunnel, up to three deep. */
function frames(): Uint8Array[] {
  const random = generator(11);
  const crafted = Object.keys(TUNNELS).flatMap((name) =>
    Array.from({ length: 12 }, (_, at) => {
      const packet = tunnelled(random, 1 + at % 3, [name]);
      return ethernetFrameOf(random, packet).bytes;
    })
  );
  return [...FRAMES.map(({ frame }) => frame), ...crafted]
    // In front of tc the kernel drops a frame that ends with a tag.
    .filter(({ length }) => length > 18 && length <= MTU + ETHERNET);
}

async function count(
  frames: readonly Uint8Array[],
  args: readonly string[],
  stage: Namespace,
): Promise<JsonRecord[]> {
  await using capture = new Capture(["-i", "100ms", ...args, "vb"], {
    in: stage.name,
  });
  await capture.attached();
  await send(stage, "va", frames);
  await capture.until(() =>
    sum(capture.ticks, ({ total }) => total.packets) === frames.length
  );
  const { record, code, stderr } = await capture.end("SIGINT");
  assertEquals(code, 0, stderr);
  assertBalanced(record);
  return capture.records;
}

/** The rows, and the packets of the classes. */
function shown({ sources, by = "source", ...record }: JsonRecord): unknown {
  const names = parseFields(by).map(fieldInJson);
  const isPlain = names.join() === "source";
  const rows = sources.flatMap((row: JsonRecord) =>
    Array<string>(row.packets).fill(
      isPlain ? row.ip : names.map((name) => row[name] ?? "-").join(),
    )
  ).sort();
  const { nonIp, malformed, filtered, undecoded } = record;
  const [n, m, f, u] = [nonIp, malformed, filtered, undecoded]
    .map(({ packets }) => packets);
  return { rows, nonIp: n, malformed: m, filtered: f, undecoded: u };
}

/** The same as the witness reads it. */
function expected(
  frames: readonly Uint8Array[],
  narrowing: Narrowing,
): unknown {
  const readings = frames.map((frame) => read(frame, false, narrowing));
  const of = (name: string) =>
    readings.filter((reading) => reading.class === name).length;
  return {
    rows: readings.flatMap((one) => "key" in one ? [one.key] : []).sort(),
    nonIp: of("nonIp"),
    malformed: of("malformed"),
    filtered: of("filtered"),
    undecoded: of("undecoded"),
  };
}

for (
  const [hook, ...args] of [
    ["xdp", "-m", "native"],
    ["xdp", "-m", "generic"],
    ["tc"],
  ]
) {
  const name = [hook, ...args].at(-1);
  Deno.test({
    name:
      `${name}: tags, labels and every tunnel count as the witness reads them`,
    ignore: hook === "tc" && TCX,
    async fn() {
      using stage = vethStage();
      const sent = frames();
      const how = ["--hook", hook!, ...args];
      const plain = await count(sent, how, stage);
      assertEquals(shown(plain.at(-1)), expected(sent, {}));
      for (const by of ["source", FIELDS.join(), "outer-source"]) {
        const options = [...how, "--inner", "--by", by];
        const records = await count(sent, options, stage);
        assertEquals(
          records[0].inner,
          "vxlan:4789,geneve:6081,gtp:2152,l2tp:1701",
        );
        const narrowing = { by: parseFields(by), inner: WELL_KNOWN_PORTS };
        assertEquals(shown(records.at(-1)), expected(sent, narrowing), by);
        assert(records.at(-1).undecoded.packets > 0);
      }
    },
  });
}
