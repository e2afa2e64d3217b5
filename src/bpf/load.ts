/** Loads the BPF object, in the best way that the kernel and libbpf know. */
import { FAMILIES } from "../basics/address.ts";
import {
  call,
  CallError,
  checked,
  checkedPointer,
  ERRNO,
  rescue,
} from "../ffi/errno.ts";
import { cString, opts } from "../ffi/memory.ts";
import { type Cpus, findCpus } from "./cpus.ts";
import { embedded } from "./embedded.ts";
import { hasBtf, isRealtimeKernel } from "./kernel.ts";
import {
  constants,
  GENERATIONS,
  keySize,
  mapName,
  OBJECT_NAME,
  PROGRAMS,
  slotsFor,
  tableSize,
} from "./layout.ts";
import type { Libbpf } from "./library.ts";
import { raiseFileLimit, raiseMemlock } from "./limits.ts";
import {
  type Abilities,
  findMap,
  findProgram,
  LoadedObject,
  type LoadOptions,
  programsOf,
} from "./object.ts";

/** A way to load the object. */
interface Way extends Abilities {
  /** Tracing programs may use spin locks: Linux 5.11. */
  readonly hasSpinLock?: boolean;
  /** Whether an error can mean that the kernel does not know this way. */
  readonly isRefusal: (errno: number) => boolean;
}

const ONE_BUFFER: Way = {
  hasFragments: false,
  usesBtf: false,
  isRefusal: () => false,
};
/** Linux 5.18. */
const FRAGMENTS: Way = {
  hasFragments: true,
  usesBtf: false,
  isRefusal: (errno) => errno === ERRNO.EINVAL,
};
/** Linux 6.2. It can fail in many ways, and the others do as well. */
const FRAGMENTS_BY_BTF: Way = {
  hasFragments: true,
  usesBtf: true,
  isRefusal: () => true,
};

/** The same for frames of one buffer, as tc gives them. */
const ONE_BUFFER_BY_BTF: Way = { ...FRAGMENTS_BY_BTF, hasFragments: false };

/** Its object reads frames by BTF, with all their buffers, on every kernel. */
const RIDE: Way = {
  ...{ hasFragments: false, usesBtf: true },
  isRefusal: (errno) => errno === ERRNO.EINVAL || errno === ERRNO.LIBBPF_VERIFY,
};
const RIDE_WITHOUT_SPIN_LOCK: Way = {
  ...RIDE,
  hasSpinLock: false,
  isRefusal: () => false,
};

/** The ways that may work here, the best first. */
function waysToLoad(
  { symbols }: Libbpf,
  { takesFragments, usesBtf, ride }: LoadOptions,
): Way[] {
  if (ride !== undefined) return [RIDE, RIDE_WITHOUT_SPIN_LOCK];
  const triesBtf = usesBtf ?? hasBtf();
  if (!takesFragments) {
    return triesBtf ? [ONE_BUFFER_BY_BTF, ONE_BUFFER] : [ONE_BUFFER];
  }
  if (symbols.bpf_program__set_flags === null) return [ONE_BUFFER];
  return triesBtf
    ? [FRAGMENTS_BY_BTF, FRAGMENTS, ONE_BUFFER]
    : [FRAGMENTS, ONE_BUFFER];
}

/** The name of an object of bpf/. */
function fileOf(
  { isRealtime, ride }: LoadOptions,
  { usesBtf }: Abilities,
): string {
  if (ride !== undefined) return "observe.bpf.o";
  const btf = usesBtf ? "_btf" : "";
  const rt = isRealtime ?? isRealtimeKernel() ? "_rt" : "";
  return `xdptally${btf}${rt}.bpf.o`;
}

/**
 * Opens the embedded object, sets the sizes of its maps and its constants, and
 * loads it.
 *
 * @throws {CallError} named after the function that failed
 * @example
 * ```ts
 * using object = loadObject(openLibbpf(), { ...LOAD_DEFAULTS, maxSources: 1024 });
 * using link = new Link(object, 1, "generic", ATTACH_TYPE.xdp, XDP_FLAGS.generic);
 * ```
 */
export function loadObject(lib: Libbpf, options: LoadOptions): LoadedObject {
  raiseMemlock();
  raiseFileLimit();
  const loadInOneOf = ([way, ...others]: readonly Way[]): LoadedObject =>
    rescue(() => load(lib, options, way!), (error) => {
      if (!way!.isRefusal(error.errno)) throw error;
      return loadInOneOf(others);
    });
  return loadInOneOf(waysToLoad(lib, options));
}

function load(
  lib: Libbpf,
  options: LoadOptions,
  way: Way,
): LoadedObject {
  const { symbols } = lib;
  const { objectNamed = embedded } = options;
  const elf = objectNamed(fileOf(options, way));
  const object = checkedPointer(
    "bpf_object__open_mem",
    symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts(OBJECT_NAME)),
  );
  const cpus = options.cpus ?? findCpus();
  try {
    configure(lib, object, options, way, cpus);
    call(symbols, "bpf_object__load", object);
    return new LoadedObject(lib, object, options, way, cpus);
  } catch (error) {
    symbols.bpf_object__close(object);
    throw error;
  }
}

/** Sets what must be known before the object is loaded: sizes, constants, flags. */
function configure(
  lib: Libbpf,
  object: Deno.PointerObject,
  options: LoadOptions,
  { hasFragments, hasSpinLock }: Way,
  cpus: Cpus,
): void {
  const { symbols } = lib;
  const { maxSources, keying, filter } = options;
  const resize = (name: string, entries: number) => {
    const setter = "bpf_map__set_max_entries";
    if (entries >= 2 ** 32) throw new CallError(setter, ERRNO.E2BIG);
    call(symbols, setter, findMap(lib, object, name), entries);
  };
  const generations = GENERATIONS.length;
  for (const family of FAMILIES) {
    const networks = filter?.networks.filter((one) => one.family === family);
    const keys = tableSize(family, keying, maxSources);
    const sizes = {
      index: generations * slotsFor(keys),
      keys: generations * keys,
      tallies: generations * cpus.present * keys,
      used: generations,
      networks: Math.max(1, networks?.length ?? 0),
    } as const;
    for (const [map, size] of Object.entries(sizes)) {
      resize(mapName(map as keyof typeof sizes, family), size);
    }
    call(
      symbols,
      "bpf_map__set_value_size",
      findMap(lib, object, mapName("keys", family)),
      keySize(family, keying),
    );
  }
  resize("totals", generations * cpus.possible);

  const [seed] = crypto.getRandomValues(new BigUint64Array(1));
  const values = constants({
    ...options,
    ...{ seed: seed!, cpus, hasFragments, hasSpinLock },
    place: options.ride?.place,
  });
  call(
    symbols,
    "bpf_map__set_initial_value",
    findMap(lib, object, `${OBJECT_NAME}.rodata`),
    values,
    BigInt(values.length),
  );

  const XDP_HAS_FRAGS = 1 << 5; // BPF_F_XDP_HAS_FRAGS, linux/bpf.h
  const { ride } = options;
  const wanted = programsOf(options);
  for (const name of PROGRAMS[ride === undefined ? "xdptally" : "observe"]) {
    const program = findProgram(lib, object, name);
    const isWanted = wanted.includes(name);
    call(symbols, "bpf_program__set_autoload", program, isWanted);
    if (!isWanted) continue;
    if (ride !== undefined) {
      const { fd, main } = ride.carrier;
      const setter = "bpf_program__set_attach_target";
      call(symbols, setter, program, fd, cString(main));
    }
    if (!hasFragments) continue;
    checked(
      "bpf_program__set_flags",
      symbols.bpf_program__set_flags?.(program, XDP_HAS_FRAGS) ?? 0,
    );
  }
}
