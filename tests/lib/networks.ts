/** Random networks, many of them inside others, and records for them. */
import { masked } from "../../src/basics/prefix.ts";
import type { MmdbEntry } from "./mmdb.ts";
import type { Random } from "./random.ts";

/** Random bytes below `values`. */
export function bytesOf(random: Random, size: number, values: number) {
  return Uint8Array.from({ length: size }, () => random(values));
}

/** Networks of both families, close to one another. */
export function networksOf(random: Random, count: number) {
  return Array.from({ length: count }, () => {
    const size = random(2) === 0 ? 4 : 16;
    const length = random(size * 8 + 1);
    return { address: masked(bytesOf(random, size, 3), length), length };
  });
}

/** Random networks with records of an AS and a country, some of them in parts. */
export function randomEntries(random: Random, ipVersion: 4 | 6): MmdbEntry[] {
  return networksOf(random, 1 + random(40))
    .filter(({ address }) => ipVersion === 6 || address.length === 4)
    .concat({ address: new Uint8Array(4), length: 8 })
    .map(({ address, length }, at) => ({
      address,
      length,
      record: {
        autonomous_system_number: 64_500 + at,
        autonomous_system_organization: `Organisation ${at % 7}`,
        country: { iso_code: ["DE", "FR", "JP"][at % 3]!, is_in: true },
        more: ["texts", "x".repeat(random(400)), 7n],
      },
    }));
}
