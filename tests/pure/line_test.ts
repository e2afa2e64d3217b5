/** Lines of captures, from bytes. */
import { assertEquals, assertRejects } from "@std/assert";
import { eachLine, openCapture } from "../../src/commands/capture_lines.ts";
import { gzipMember } from "../../src/output/gzip.ts";
import { Folder } from "../lib/folder.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("lines are found however the bytes come, the last without its end", async () => {
  const text = "one\n\nthree é\nfour";
  for (let size = 1; size <= text.length + 1; size++) {
    const chunk = new Uint8Array(size);
    // The same room each time, as files are read.
    const chunks = async function* () {
      const bytes = encode(text);
      for (let at = 0; at < bytes.length; at += size) {
        const part = bytes.subarray(at, at + size);
        chunk.set(part);
        yield chunk.subarray(0, part.length);
      }
    };
    const lines: [number, string][] = [];
    await eachLine(chunks(), (line, number) => {
      lines.push([number, new TextDecoder().decode(line)]);
    });
    assertEquals(lines, [[1, "one"], [2, ""], [3, "three é"], [4, "four"]]);
  }
});

Deno.test("a torn .gz gives every record that is whole", async () => {
  using folder = new Folder();
  const file = `${folder.path}/torn.jsonl.gz`;
  const members = Array.from(
    { length: 500 },
    (_, number) => gzipMember(encode(`${number} ${"x".repeat(1000)}\n`)),
  );
  const bytes = new Uint8Array(members.flatMap((member) => [...member]));
  Deno.writeFileSync(file, bytes.subarray(0, -20));
  const lines: string[] = [];
  await assertRejects(async () => {
    await eachLine(await openCapture(file, () => {}), (line) => {
      lines.push(new TextDecoder().decode(line).split(" ")[0]!);
    });
  }, Error);
  const whole = members.slice(0, -1).map((_, number) => String(number));
  assertEquals(lines.slice(0, whole.length), whole);
});
