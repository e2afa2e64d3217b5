/** Bytes from a terminal, decoded into keys. */
import { assertEquals } from "@std/assert";
import { KeyDecoder } from "../../src/view/key_decoder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("characters and named keys of common terminals", () => {
  const SENT: [sent: string, keys: string[]][] = [
    ["q?/+", ["q", "?", "/", "+"]],
    ["\x1b[A\x1bOB\x1b[C\x1bOD", ["up", "down", "right", "left"]],
    ["\x1b[5~\x1b[6~", ["pageup", "pagedown"]],
    ["\x1b[H\x1b[1~\x1b[7~\x1bOH", ["home", "home", "home", "home"]],
    ["\x1b[F\x1b[4~\x1b[8~", ["end", "end", "end"]],
    ["\x1b[1;5A\x1b[5;2~", ["up", "pageup"]],
    ["\t\x1b[Z", ["tab", "backtab"]],
    ["\r\n\x7f\b", ["enter", "enter", "backspace", "backspace"]],
    ["\x0c\x15", ["redraw", "clear"]],
    ["\x1b[200~a\x1b[201~", ["a"]],
    ["\x1b[?1;2c\x1b[11~\x1bOP\0\x01", []],
    ["\x1b[<64;10;5M\x1b[<65;200;300M", ["wheelup", "wheeldown"]],
    ["\x1b[<0;1;1M\x1b[<0;1;1m\x1b[<35;9;9M\x1b[<64;1;1m", []],
    ["é寿a", ["a"]],
    ["\x1bq", ["escape", "q"]],
    ["\x1b\x1b[A", ["escape", "up"]],
  ];
  for (const [sent, keys] of SENT) {
    assertEquals(
      new KeyDecoder().push(bytes(sent)),
      keys,
      JSON.stringify(sent),
    );
  }
});

Deno.test("a sequence that arrives in parts is one key, wherever it is divided", () => {
  const sent = bytes("\x1b[1;5Aé\x1b[<65;120;40M\x1b[6~");
  for (let at = 1; at < sent.length; at++) {
    const decoder = new KeyDecoder();
    const keys = [
      ...decoder.push(sent.subarray(0, at)),
      ...decoder.push(sent.subarray(at)),
    ];
    assertEquals(
      [keys, decoder.isWaiting],
      [["up", "wheeldown", "pagedown"], false],
      `${at}`,
    );
  }
});

Deno.test("an escape character alone is the escape key", () => {
  const decoder = new KeyDecoder();
  assertEquals(decoder.push(bytes("\x1b")), []);
  assertEquals([decoder.isWaiting, decoder.flush()], [true, ["escape"]]);
  assertEquals(decoder.push(bytes("\x1b[1")), []);
  assertEquals([decoder.flush(), decoder.isWaiting], [[], false]);
});
