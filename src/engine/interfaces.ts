/** Finds the interfaces that are to be watched. */
import { wordSimilaritySort } from "@std/text/word-similarity-sort";
import { EXIT, Failure } from "../basics/errors.ts";
import { CallError, ERRNO } from "../ffi/errno.ts";
import {
  findInterface,
  linkLayer,
  listInterfaces,
  type NetInterface,
} from "../net/interfaces.ts";

/**
 * The interfaces of these names, each once.
 *
 * @throws {Failure} one is missing, or cannot be watched
 */
export function requireInterfaces(names: readonly string[]): NetInterface[] {
  const interfaces = names.map((name) =>
    lookUpInterface(name) ?? missing(name)
  );
  requireDistinct(interfaces);
  return interfaces;
}

/**
 * An interface that can be watched; undefined: there is none of that name.
 *
 * @throws {Failure} it cannot be watched, or looked up
 */
export function lookUpInterface(name: string): NetInterface | undefined {
  const found = lookUp(name, () => findInterface(name));
  if (found !== undefined && linkLayer(found.hardwareType) === undefined) {
    throw new Failure(
      EXIT.unsupported,
      `Cannot watch "${name}": its frames (hardware type ${found.hardwareType}) begin with neither an Ethernet nor an IP header; watch the interface below it`,
    );
  }
  return found;
}

/** @throws {Failure} with the interfaces that there are, the nearest first */
export function missing(name: string): never {
  const names = lookUp(name, listInterfaces).map(({ name }) => name);
  const there = wordSimilaritySort(name, names).join(", ");
  throw new Failure(
    EXIT.noInterface,
    `Cannot find interface "${name}"; there are: ${there}`,
  );
}

/** What `ask` returns. @throws {Failure} the kernel does not answer */
function lookUp<T>(name: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const isForbidden = FORBIDDEN.has(error.errno);
    throw new Failure(
      isForbidden ? EXIT.notPermitted : EXIT.failure,
      `Cannot look up "${name}": ${error.message}` +
        (isForbidden
          ? "; allow sockets (a seccomp filter, RestrictAddressFamilies=)"
          : ""),
    );
  }
}

const FORBIDDEN = new Set<number>([
  ERRNO.EPERM,
  ERRNO.EACCES,
  ERRNO.EAFNOSUPPORT,
]);

/** One interface may have several names. */
function requireDistinct(interfaces: readonly NetInterface[]): void {
  for (const [at, { name, index }] of interfaces.entries()) {
    const first = interfaces.find((other) => other.index === index)!;
    if (first !== interfaces[at]) {
      throw new Failure(
        EXIT.usage,
        `Cannot watch "${first.name}" and "${name}": they are the same interface; name it once`,
      );
    }
  }
}
