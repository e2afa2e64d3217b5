/** Names of addresses from reverse DNS: which to ask for, and what is known. */
import { parseAddress } from "../basics/address.ts";
import { visible } from "../basics/visible.ts";
import { MOST_CHARACTERS } from "./naming.ts";

/** Questions that one call of `next` may begin, and that may be open at a time. */
const MOST_AT_ONCE = 4, MOST_OPEN = 8;
/** Addresses that are kept; the one that was asked for first is forgotten first. */
const MOST_KEPT = 4096;
/** Milliseconds after which an answer, or that there was none, is asked for again. */
const KEPT_NAME = 600_000, KEPT_FAILURE = 60_000;

interface KnownName {
  /** Undefined: it has none, or that could not be found out. */
  readonly name: string | undefined;
  /** When it is asked for again. */
  readonly until: number;
}

/**
 * What reverse DNS says of addresses. Nothing here asks: somebody takes the
 * questions from `next`, and brings back answers, or that there is none.
 *
 * @example
 * const names = new ReverseNames();
 * for (const address of names.next(["192.0.2.1"], now)) ask(questionFor(address));
 * names.answer("192.0.2.1", "web1.example.org.", now);
 * names.of("192.0.2.1"); // "web1.example.org"
 */
export class ReverseNames {
  readonly #known = new Map<string, KnownName>();
  readonly #open = new Set<string>();

  /**
   * The addresses to ask for now, of those that are wanted, the first ones first.
   *
   * @param now milliseconds, of any clock that never goes back
   */
  next(wanted: readonly string[], now: number): string[] {
    const room = Math.min(MOST_AT_ONCE, MOST_OPEN - this.#open.size);
    // Several rows may have one address.
    const next = [...new Set(wanted)].filter((address) =>
      !this.#open.has(address) &&
      (this.#known.get(address)?.until ?? -Infinity) <= now &&
      parseAddress(address) !== undefined
    ).slice(0, Math.max(0, room));
    for (const address of next) this.#open.add(address);
    return next;
  }

  /** Takes an answer. @param name undefined: there is none */
  answer(address: string, name: string | undefined, now: number): void {
    const shown = name === undefined ? undefined : hostName(name);
    const kept = shown === undefined ? KEPT_FAILURE : KEPT_NAME;
    this.#open.delete(address);
    this.#known.delete(address); // the newest is last
    this.#known.set(address, { name: shown, until: now + kept });
    if (this.#known.size <= MOST_KEPT) return;
    const [first] = this.#known.keys();
    this.#known.delete(first!);
  }

  /** The name of an address, as far as it is known. */
  of(address: string): string | undefined {
    return this.#known.get(address)?.name;
  }
}

/** A name from DNS, which whoever owns the address has chosen; undefined: none to show. */
function hostName(answer: string): string | undefined {
  const name = visible(answer.replace(/\.$/, ""));
  return name === "" || name.length > MOST_CHARACTERS ? undefined : name;
}

/**
 * The name under which DNS has that of an address. It ends in a dot, so that no
 * search list applies. @see RFC 1035, section 3.5; RFC 3596, section 2.5
 *
 * @example
 * questionFor("192.0.2.1"); // "1.2.0.192.in-addr.arpa."
 */
export function questionFor(address: string): string {
  const bytes = parseAddress(address)!;
  if (bytes.length === 4) {
    return `${[...bytes].reverse().join(".")}.in-addr.arpa.`;
  }
  return `${[...bytes.toHex()].reverse().join(".")}.ip6.arpa.`;
}
