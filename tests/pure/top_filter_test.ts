/** The row filters of `top`: by network and by text. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../src/basics/address.ts";
import { parseRowFilter } from "../../src/view/row_filter.ts";

function matches(filter: string, ip: string): boolean {
  return parseRowFilter(filter).matches(parseAddress(ip), ip);
}

Deno.test("a network selects the addresses in it, of its own family", () => {
  const MATCHES: [filter: string, ip: string, does: boolean][] = [
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.1.2.3/8", "10.9.9.9", true],
    ["10.0.0.0/9", "10.127.0.1", true],
    ["10.0.0.0/9", "10.128.0.1", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["192.0.2.1/32", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.11", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:db8::/33", "2001:db8:8000::", false],
    ["::/0", "10.0.0.1", false],
    ["::ffff:0:0/96", "::ffff:192.0.2.1", true],
    ["!10.0.0.0/8", "10.0.0.1", false],
    ["!10.0.0.0/8", "2001:db8::1", true],
    ["2001:DB8::1", "2001:db8::1", true],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1", true],
  ];
  for (const [filter, ip, does] of MATCHES) {
    assertEquals(matches(filter, ip), does, `${filter} ${ip}`);
  }
});

Deno.test("other text selects the addresses that contain it", () => {
  assert(matches("10.", "10.0.0.1"));
  assert(matches("DB8:", "2001:db8::1"));
  assert(!matches("10.0.0.", "192.0.2.10"));
});

Deno.test("text with a slash that is not a network is refused", () => {
  for (
    const text of [
      "10.0.0.0/33",
      "10.0.0.0/",
      "10.0.0.0/-1",
      "10.0.0.0/8/8",
      "2001:db8::/129",
      "10.0.0/8",
      "/8",
    ]
  ) assertThrows(() => parseRowFilter(text), RangeError);
});
