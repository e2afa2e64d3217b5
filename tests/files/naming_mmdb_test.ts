/** Databases of `--mmdb`, beside the reader of Debian's mmdb-bin on the same files. */
import { assertEquals } from "@std/assert";
import { FORMAT_ADDRESS } from "../../src/basics/address.ts";
import { Database } from "../../src/names/database.ts";
import { Folder } from "../lib/folder.ts";
import { mmdb } from "../lib/mmdb.ts";
import { bytesOf, randomEntries } from "../lib/networks.ts";
import { generator } from "../lib/random.ts";

/** What mmdblookup says of an address. */
function witness(file: string, ip: string) {
  const { code, stdout } = new Deno.Command("mmdblookup", {
    args: ["--file", file, "--ip", ip],
  }).outputSync();
  const NOT_FOUND = 6;
  if (code === NOT_FOUND) return {};
  assertEquals(code, 0, ip);
  const text = new TextDecoder().decode(stdout);
  const value = (name: string) =>
    new RegExp(`"${name}":\\s+"?(.*?)"? <`).exec(text)![1]!;
  return {
    asn: Number(value("autonomous_system_number")),
    asName: value("autonomous_system_organization"),
    country: value("iso_code"),
  };
}

Deno.test("lookups are those of mmdblookup, in all sizes of nodes, with aliases", () => {
  using folder = new Folder();
  const file = `${folder.path}/test.mmdb`;
  let found = 0;
  for (const recordSize of [24, 28, 32] as const) {
    for (let seed = 1; seed <= 12; seed++) {
      const random = generator(seed);
      const ipVersion = seed % 4 === 0 ? 4 : 6;
      const bytes = mmdb(randomEntries(random, ipVersion), {
        recordSize,
        ipVersion,
        hasAliases: ipVersion === 6 && seed % 2 === 0,
      });
      Deno.writeFileSync(file, bytes);
      const database = Database.open(bytes);
      for (let look = 0; look < 20; look++) {
        const size = ipVersion === 6 && look % 2 === 0 ? 16 : 4;
        const address = bytesOf(random, size, 3);
        // Some are IPv4 addresses in IPv6: mapped, and 6to4.
        if (size === 16 && look % 3 === 0) {
          address.fill(255, 10, 12).fill(0, 0, 10);
        }
        if (size === 16 && look % 5 === 0) address.set([0x20, 2]);
        const ip = FORMAT_ADDRESS[size === 4 ? "ipv4" : "ipv6"](address);
        const expected = witness(file, ip);
        if ("asn" in expected) found++;
        assertEquals(
          database.of(address, size * 8),
          expected,
          `seed ${seed}, ${recordSize} bits: ${ip}`,
        );
      }
    }
  }
  if (found < 100) throw new Error(`only ${found} were found`);
});
