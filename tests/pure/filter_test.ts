/** Parsing and formatting of IPv6 addresses, `--filter` networks and keys. */
import { assertEquals, assertThrows } from "@std/assert";
import { formatIpv6, parseAddress } from "../../src/basics/address.ts";
import { parseFilter } from "../../src/basics/network_filter.ts";

for (
  const [text, address] of [
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8::", "2001:db8::"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1::8", "1::8"],
  ] as const
) {
  Deno.test(`IPv6 address ${text}`, () =>
    assertEquals(formatIpv6(parseAddress(text)!), address));
}

for (
  const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1.2.3.x",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "::g",
    "1.2.3.4::",
    "fe80::1%eth0",
  ]
) {
  Deno.test(`not an address: "${text}"`, () =>
    assertEquals(parseAddress(text), undefined));
}

Deno.test("parseFilter: clears the bits after the prefix, and decides about other sources", () => {
  const { networks, keepsRest } = parseFilter("10.1.2.3/8,!2001:db8::1/32");
  assertEquals(keepsRest, false);
  assertEquals(
    networks.map(({ family, address, length, isKept }) => [
      family,
      address.toHex(),
      length,
      isKept,
    ]),
    [
      ["ipv4", "0a000000", 8, true],
      ["ipv6", `20010db8${"0".repeat(24)}`, 32, false],
    ],
  );
  assertEquals(parseFilter("!10.0.0.1").keepsRest, true);
  assertEquals(parseFilter("::/0").networks[0]!.length, 0);
});

for (
  const [text, why] of [
    ["", '"" is not a network'],
    [
      "10.0.0.0/33",
      '"10.0.0.0/33" is not a network; give a prefix length from 0 to 32',
    ],
    ["10.0.0.0/", "give a prefix length from 0 to 32"],
    ["10.0.0.0/8/8", "is not a network"],
    ["10.0.0.0/8,,", '"" is not a network'],
    ["!!10.0.0.0/8", "is not a network"],
    ["10.0.0.0/8,!10.1.1.1/8", "the same network is both kept and excluded"],
  ] as const
) {
  Deno.test(`not a filter: "${text}"`, () => {
    assertThrows(() => parseFilter(text), RangeError, why);
  });
}
