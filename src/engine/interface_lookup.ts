/** Finds the interfaces to watch, and refuses those that cannot be watched. */
import { wordSimilaritySort } from "@std/text/word-similarity-sort";
import { EXIT, Failure } from "../basics/errors.ts";
import { linkLayer } from "../basics/link_layer.ts";
import { ERRNO, rescue } from "../ffi/errno.ts";
import {
  findInterface,
  isMangled,
  listInterfaces,
  type NetInterface,
} from "../net/interfaces.ts";

/**
 * The interfaces of these names.
 *
 * @throws {Failure} one is missing, is named twice, or cannot be watched
 */
export function requireInterfaces(names: readonly string[]): NetInterface[] {
  const interfaces = names.map((name) =>
    lookUpInterface(name) ?? missing(name)
  );
  requireDistinct(interfaces);
  return interfaces;
}

/**
 * The interface of this name; undefined: it is missing.
 *
 * @throws {Failure} it cannot be watched, or looked up
 */
export function lookUpInterface(name: string): NetInterface | undefined {
  const found = lookUp(`look up "${name}"`, () => findInterface(name));
  if (found !== undefined && linkLayer(found.hardwareType) === undefined) {
    throw new Failure(
      EXIT.unsupported,
      `Cannot watch "${name}": its frames (hardware type ${found.hardwareType}) start with neither an Ethernet nor an IP header; watch the interface below it`,
    );
  }
  return found;
}

/** All interfaces. @throws {Failure} they cannot be listed */
export function allInterfaces(): NetInterface[] {
  return lookUp("list the interfaces", listInterfaces);
}

/** @throws {Failure} always; it says what is there, similar names first */
export function missing(name: string): never {
  const MOST = 5;
  const names = allInterfaces().map(({ name }) => name);
  const nearest = wordSimilaritySort(name, names).slice(0, MOST).join(", ");
  const there = names.length <= MOST
    ? `this machine has: ${nearest}`
    : `the nearest of ${names.length} interfaces: ${nearest}; xdptally -D lists all`;
  throw new Failure(
    EXIT.noInterface,
    isMangled(name)
      ? `Cannot look up "${name}": its name is not UTF-8; name the interface otherwise (ip link property add dev NAME altname OTHER)`
      : `Cannot find interface "${name}"; ${there}`,
  );
}

/** Asks the kernel. @throws {Failure} it refuses to answer */
function lookUp<T>(what: string, ask: () => T): T {
  return rescue(ask, ({ errno, message }) => {
    const [exitCode, remedy] = FORBIDDEN.has(errno)
      ? [
        EXIT.notPermitted,
        "; allow sockets in the seccomp filter (systemd: RestrictAddressFamilies=)",
      ] as const
      : [EXIT.failure, ""] as const;
    throw new Failure(exitCode, `Cannot ${what}: ${message}${remedy}`);
  });
}

const FORBIDDEN = new Set<number>([
  ERRNO.EPERM,
  ERRNO.EACCES,
  ERRNO.EAFNOSUPPORT,
]);

/** Compares indexes, because an interface may have alternative names. */
function requireDistinct(interfaces: readonly NetInterface[]): void {
  for (const [at, { asked, index }] of interfaces.entries()) {
    const first = interfaces.find((other) => other.index === index)!;
    if (first !== interfaces[at]) {
      throw new Failure(
        EXIT.usage,
        `Cannot watch "${first.asked}" and "${asked}": they are the same interface; name it once`,
      );
    }
  }
}
