/** Reverse DNS: what is asked for is bounded, and answers are kept for a while. */
import { assert, assertEquals } from "@std/assert";
import { FORMAT_ADDRESS } from "../../src/basics/address.ts";
import { questionFor, ReverseNames } from "../../src/names/reverse_names.ts";
import { bytesOf } from "../lib/networks.ts";
import { generator } from "../lib/random.ts";

const ip = (number: number) => `10.0.${number >> 8}.${number & 255}`;

Deno.test("never more than eight questions are open, none twice, and only what is wanted", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = generator(seed);
    const names = new ReverseNames();
    const open = new Set<string>();
    const known = new Map<string, number>();
    let now = 0;
    for (let round = 0; round < 200; round++) {
      now += random(30_000);
      const wanted = Array.from({ length: random(30) }, () => ip(random(60)));
      for (const address of names.next(wanted, now)) {
        assert(wanted.includes(address) && !open.has(address));
        assert((known.get(address) ?? 0) <= now, "it is known");
        open.add(address);
      }
      assert(open.size <= 8, `${open.size} are open`);
      for (const address of [...open].filter(() => random(3) === 0)) {
        const name = random(2) === 0 ? `host-${round}.` : undefined;
        names.answer(address, name, now);
        assertEquals(names.of(address), name?.slice(0, -1));
        known.set(address, now + (name === undefined ? 60_000 : 600_000));
        open.delete(address);
      }
    }
  }
});

Deno.test("what is on the screen is asked for in a few rounds, and then not again", () => {
  const names = new ReverseNames();
  const wanted = Array.from({ length: 50 }, (_, at) => ip(at));
  const asked: string[] = [];
  for (let next; (next = names.next(wanted, 0)).length > 0;) {
    assert(next.length <= 4);
    asked.push(...next);
    for (const address of next) names.answer(address, undefined, 0);
  }
  assertEquals(asked, wanted);
  assertEquals(names.next(wanted, 59_999), []);
  assertEquals(names.next(wanted, 60_000), wanted.slice(0, 4));
});

Deno.test("what is kept is bounded: the oldest is forgotten", () => {
  const names = new ReverseNames();
  for (let at = 0; at < 5000; at++) names.answer(ip(at), "a.", at);
  const kept = Array.from({ length: 5000 }, (_, at) => ip(at))
    .filter((address) => names.of(address) !== undefined);
  assertEquals(kept.length, 4096);
  assertEquals(kept[0], ip(5000 - 4096));
});

Deno.test("names are shown as text, and only if they are short", () => {
  const names = new ReverseNames();
  const shown = (name: string) => {
    names.answer("10.0.0.1", name, 0);
    return names.of("10.0.0.1");
  };
  assertEquals(shown("web1.example.org."), "web1.example.org");
  assertEquals(shown("a\x1b[2J\u202eb."), "a\\x1b[2J\\u202eb");
  assertEquals(shown("."), undefined);
  assertEquals(shown("x".repeat(256)), undefined);
  assertEquals(shown("\x1b".repeat(100)), undefined);
});

Deno.test("networks and other keys are not asked for", () => {
  const names = new ReverseNames();
  assertEquals(names.next(["10.0.0.0/24", "?", "tcp", "10.0.0.1"], 0), [
    "10.0.0.1",
  ]);
});

Deno.test("a question has the address backwards", () => {
  assertEquals(questionFor("192.0.2.1"), "1.2.0.192.in-addr.arpa.");
  const random = generator(1);
  for (let round = 0; round < 100; round++) {
    const bytes = bytesOf(random, 16, 256);
    const labels = questionFor(FORMAT_ADDRESS.ipv6(bytes)).split(".");
    assertEquals(labels.splice(32), ["ip6", "arpa", ""]);
    assertEquals(labels.reverse().join(""), bytes.toHex());
  }
});
