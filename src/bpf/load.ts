import { CallError, check, checkPointer, ERRNO } from "../ffi/errno.ts";
import { cString, opts } from "../ffi/memory.ts";
import { FAMILIES } from "../basics/address.ts";
import { type Cpus, findCpus } from "./cpus.ts";
import { embedded } from "./embedded.ts";
import {
  constants,
  GENERATIONS,
  NETWORK_MAPS,
  OBJECT_NAME,
  PROGRAMS,
  slotsFor,
  SOURCE_MAPS,
} from "./layout.ts";
import type { Libbpf } from "./library.ts";
import { raiseFileLimit, raiseMemlock } from "./limits.ts";
import {
  type Abilities,
  findMap,
  LoadedObject,
  type LoadOptions,
} from "./object.ts";

/** A way to load it, and what says that the kernel does not know that way. */
interface Way extends Abilities {
  readonly isRefusal: (errno: number) => boolean;
}

/** The ways that may work here, the best first. */
function waysToLoad(
  lib: Libbpf,
  { takesFragments, usesBtf }: LoadOptions,
): Way[] {
  const plain = {
    hasFragments: false,
    usesBtf: false,
    isRefusal: () => false,
  };
  if (!takesFragments || lib.symbols.bpf_program__set_flags === null) {
    return [plain];
  }
  const withFragments = { // Linux 5.18
    hasFragments: true,
    usesBtf: false,
    isRefusal: (errno: number) => errno === ERRNO.EINVAL,
  };
  const withBtf = { // Linux 6.2; with whatever it fails, it is not needed
    hasFragments: true,
    usesBtf: true,
    isRefusal: () => true,
  };
  return (usesBtf ?? hasBtf())
    ? [withBtf, withFragments, plain]
    : [withFragments, plain];
}

/** Whether the kernel describes its own structs. */
export function hasBtf(): boolean {
  try {
    return Deno.statSync("/sys/kernel/btf/vmlinux").isFile;
  } catch {
    return false;
  }
}

/**
 * Opens, sizes and loads the object in the best way that the kernel knows.
 *
 * @throws {CallError} from the call that failed
 */
export function loadObject(lib: Libbpf, options: LoadOptions): LoadedObject {
  raiseMemlock();
  raiseFileLimit();
  const [best, ...others] = waysToLoad(lib, options);
  let way = best!;
  for (;;) {
    try {
      return load(lib, options, way);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const next = others.shift();
      if (next === undefined || !way.isRefusal(error.errno)) throw error;
      way = next;
    }
  }
}

function load(
  lib: Libbpf,
  options: LoadOptions,
  abilities: Abilities,
): LoadedObject {
  const { symbols } = lib;
  const elf = embedded(
    abilities.usesBtf ? "xdptally_btf.bpf.o" : "xdptally.bpf.o",
  );
  const object = checkPointer(
    "bpf_object__open_mem",
    symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts(OBJECT_NAME)),
  );
  const cpus = options.cpus ?? findCpus();
  try {
    configure(lib, object, options, abilities.hasFragments, cpus);
    check("bpf_object__load", symbols.bpf_object__load(object));
    return new LoadedObject(lib, object, options, abilities, cpus);
  } catch (error) {
    symbols.bpf_object__close(object);
    throw error;
  }
}

/** What is settled between open and load: sizes, constants, flags. */
function configure(
  lib: Libbpf,
  object: Deno.PointerObject,
  options: LoadOptions,
  hasFragments: boolean,
  cpus: Cpus,
): void {
  const { symbols } = lib;
  const { maxSources, filter } = options;
  const XDP_HAS_FRAGS = 1 << 5; // BPF_F_XDP_HAS_FRAGS, linux/bpf.h
  const resize = (name: string, entries: number) => {
    const call = "bpf_map__set_max_entries";
    if (entries >= 2 ** 32) throw new CallError(call, ERRNO.E2BIG);
    const map = findMap(lib, object, name);
    check(call, symbols.bpf_map__set_max_entries(map, entries));
  };
  for (const family of FAMILIES) {
    const { index, keys, tallies, used } = SOURCE_MAPS[family];
    resize(index, GENERATIONS.length * slotsFor(maxSources));
    resize(keys, GENERATIONS.length * maxSources);
    resize(tallies, GENERATIONS.length * cpus.present * maxSources);
    resize(used, GENERATIONS.length);
    const networks = filter?.networks.filter((one) => one.family === family);
    resize(NETWORK_MAPS[family], Math.max(1, networks?.length ?? 0));
  }
  resize("totals", GENERATIONS.length * cpus.possible);
  const [seed] = crypto.getRandomValues(new BigUint64Array(1));
  const values = constants({ ...options, seed: seed!, cpus, hasFragments });
  check(
    "bpf_map__set_initial_value",
    symbols.bpf_map__set_initial_value(
      findMap(lib, object, `${OBJECT_NAME}.rodata`),
      values,
      BigInt(values.length),
    ),
  );
  for (const name of PROGRAMS) {
    const program = checkPointer(
      "bpf_object__find_program_by_name",
      symbols.bpf_object__find_program_by_name(object, cString(name)),
    );
    const isWanted = name === options.program;
    check(
      "bpf_program__set_autoload",
      symbols.bpf_program__set_autoload(program, isWanted),
    );
    if (!isWanted || !hasFragments) continue;
    check(
      "bpf_program__set_flags",
      symbols.bpf_program__set_flags?.(program, XDP_HAS_FRAGS) ?? 0,
    );
  }
}
