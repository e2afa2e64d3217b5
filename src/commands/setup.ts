import type { Logger } from "@std/log/logger";
import { wordSimilaritySort } from "@std/text/word-similarity-sort";
import { embedded } from "../bpf/embedded.ts";
import { attachedProgram } from "../bpf/info.ts";
import { possibleCpus } from "../bpf/generations.ts";
import { mapMemory } from "../bpf/layout.ts";
import { type Libbpf, openLibbpf, withMessages } from "../bpf/library.ts";
import {
  attach,
  AttachError,
  type Attachment,
  type Link,
  type NativeRefusal,
} from "../bpf/link.ts";
import { type LoadedObject, loadObject } from "../bpf/object.ts";
import type { WatchOptions } from "../cli/parse.ts";
import { moment } from "../clock.ts";
import { EXIT, Failure } from "../errors.ts";
import type { Moment } from "../tally/run.ts";
import { explain, explainLookUp, missingCapabilities } from "./advice.ts";
import { CallError, ERRNO, errnoText } from "../ffi/errno.ts";
import { reasonToAvoidNative } from "../net/drivers.ts";
import {
  findInterface,
  linkLayer,
  listInterfaces,
  type NetInterface,
} from "../net/interfaces.ts";
import { formatBytes } from "../output/text.ts";

/** An interface with the program attached to it. */
export interface Attached {
  readonly interface: NetInterface;
  readonly object: LoadedObject;
  readonly link: Link;
  /** When it was attached. */
  readonly start: Moment;
}

/**
 * Finds the interfaces, loads the program for each, and attaches: all of
 * them, or none.
 *
 * @param stack disposes of what was made, in reverse order
 * @throws {Failure} with the line for the operator
 */
export function attachAll(
  options: WatchOptions,
  log: Logger,
  stack: DisposableStack,
): Attached[] {
  const interfaces = options.interfaces.map(requireInterface);
  requireDistinct(interfaces);
  const lib = openLibbpf();
  log.debug(`Using ${lib.name}`);
  announceMemory(lib, options, log);
  const elf = embedded("xdptally.bpf.o");

  const loaded = interfaces.map((netInterface) => {
    const object = explained(
      lib,
      netInterface,
      options,
      log,
      () =>
        loadObject(lib, elf, {
          maxSources: options.maxSources,
          isLayer3: linkLayer(netInterface.hardwareType) === "ip",
        }),
    );
    return { interface: netInterface, object: stack.use(object) };
  });
  return loaded.map(({ interface: netInterface, object }) => {
    const attachment = explained(lib, netInterface, options, log, () =>
      attach(
        object,
        netInterface.index,
        options.mode,
        reasonToAvoidNative(netInterface.driver),
      ));
    const start = moment();
    stack.use(attachment.link);
    announce(netInterface, attachment, log);
    return { interface: netInterface, object, link: attachment.link, start };
  });
}

function requireInterface(name: string): NetInterface {
  const found = lookUp(name, () => findInterface(name));
  if (found === undefined) {
    const names = lookUp(name, listInterfaces).map(({ name }) => name);
    throw new Failure(
      EXIT.noInterface,
      `Cannot find interface "${name}"; there are: ${
        wordSimilaritySort(name, names).join(", ")
      }`,
    );
  }
  if (linkLayer(found.hardwareType) === undefined) {
    throw new Failure(
      EXIT.unsupported,
      `Cannot watch "${name}": its frames (hardware type ${found.hardwareType}) begin with neither an Ethernet nor an IP header; watch the interface below it`,
    );
  }
  return found;
}

/** Asks the kernel about `name`, and puts a failure to answer into words. */
function lookUp<T>(name: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw error instanceof CallError ? explainLookUp(error, name) : error;
  }
}

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

/** Runs `action` with libbpf's messages caught, and its errors put into words. */
function explained<T>(
  lib: Libbpf,
  netInterface: NetInterface,
  options: WatchOptions,
  log: Logger,
  action: () => T,
): T {
  const messages: string[] = [];
  const tell = options.verbosity > 1
    ? (line: string) => void log.debug(line)
    : undefined;
  try {
    return withMessages(lib, messages, tell, action);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { name, index, driver, mtu } = netInterface;
    const { maxSources } = options;
    const mode = error instanceof AttachError ? error.mode : options.mode;
    throw explain(error, {
      interfaceName: name,
      driver,
      mtu,
      maxSources,
      mode,
      missing: PERMISSION.has(error.errno) ? missingCapabilities() : [],
      holder: TAKEN.has(error.errno) ? holderOf(lib, index) : undefined,
    }, messages);
  }
}

/** What needs looking into further: with other errors that may fail too. */
const PERMISSION = new Set<number>([ERRNO.EPERM, ERRNO.EACCES]);
const TAKEN = new Set<number>([ERRNO.EBUSY, ERRNO.EEXIST]);

function holderOf(lib: Libbpf, ifindex: number): string | undefined {
  const program = attachedProgram(lib, ifindex);
  if (program === undefined) return undefined;
  return program.name === undefined
    ? `XDP program ${program.id}`
    : `XDP program "${program.name}" (id ${program.id})`;
}

function announce(
  { name, index, isUp }: NetInterface,
  { link, nativeRefused }: Attachment,
  log: Logger,
): void {
  if (nativeRefused !== undefined) {
    log.info(`Using generic mode on "${name}": ${refusal(nativeRefused)}`);
  }
  log.info(
    `Attached XDP program to iface "${name}" (index ${index}, ${link.mode} mode)`,
  );
  if (!isUp) {
    log.warn(`Interface "${name}" is down: nothing is counted until it is up`);
  }
}

function refusal(why: NativeRefusal): string {
  return typeof why === "string"
    ? why
    : `its driver refuses native mode: ${errnoText(why.errno)}`;
}

/** Says what the maps will take, aloud where that is much. */
function announceMemory(lib: Libbpf, options: WatchOptions, log: Logger): void {
  const MUCH = 100e6;
  const bytes = mapMemory(options.maxSources, possibleCpus(lib)) *
    options.interfaces.length;
  const message = `The maps will take about ${
    formatBytes(BigInt(Math.round(bytes)))
  }`;
  if (bytes > MUCH) log.info(message);
  else log.debug(message);
}
