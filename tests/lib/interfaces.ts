/**
 * Prints, as JSON, all interfaces of this namespace; and for each argument the index
 * of the interface that it finds, or null. Digits are an index.
 */
import { findInterface, listInterfaces } from "../../src/net/interfaces.ts";

const found = Deno.args.map((asked) =>
  findInterface(/^\d+$/.test(asked) ? Number(asked) : asked)?.index ?? null
);
console.log(JSON.stringify({ all: listInterfaces(), found }));
