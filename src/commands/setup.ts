import type { Logger } from "@std/log/logger";
import { wordSimilaritySort } from "@std/text/word-similarity-sort";
import { explain, hasCapabilities } from "../bpf/advice.ts";
import { embedded } from "../bpf/embedded.ts";
import { attachedProgram } from "../bpf/info.ts";
import { mapMemory } from "../bpf/layout.ts";
import { type Libbpf, openLibbpf, withMessages } from "../bpf/library.ts";
import {
  attach,
  type Attachment,
  type Link,
  type NativeRefusal,
} from "../bpf/link.ts";
import { type LoadedObject, loadObject } from "../bpf/object.ts";
import type { WatchOptions } from "../cli/parse.ts";
import { EXIT, Failure } from "../errors.ts";
import { CallError, errnoText } from "../ffi/errno.ts";
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
  const lib = openLibbpf();
  const cpus = lib.symbols.libbpf_num_possible_cpus();
  log.debug(
    `Using ${lib.name}; the maps take ${memoryEstimate(options, cpus)}`,
  );
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
    stack.use(attachment.link);
    announce(netInterface, attachment, log);
    return { interface: netInterface, object, link: attachment.link };
  });
}

function requireInterface(name: string): NetInterface {
  const found = findInterface(name);
  if (found === undefined) {
    const names = listInterfaces().map(({ name }) => name);
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
    const { mode, maxSources } = options;
    throw explain(error, {
      interfaceName: name,
      driver,
      mtu,
      maxSources,
      mode,
      hasCapabilities: hasCapabilities(),
      holder: holderOf(lib, index),
    }, messages);
  }
}

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
    : `its driver refused native mode: ${errnoText(why.errno)}`;
}

/** `about 38.3 MB`, for all interfaces together. */
function memoryEstimate(options: WatchOptions, cpus: number): string {
  const bytes = mapMemory(options.maxSources, cpus) * options.interfaces.length;
  return `about ${formatBytes(BigInt(Math.round(bytes)))}`;
}
