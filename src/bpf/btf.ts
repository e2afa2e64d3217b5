/** Reads functions in BTF, the description of a program's types that it carries along (pure). */

/** A function of BTF. */
interface BtfFunction {
  readonly name: string;
  /** Number of its parameters. */
  readonly parameters: number;
}

/** Of linux/btf.h. */
const MAGIC = 0xeb9f;
const KIND = {
  INT: 1,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  DECL_TAG: 17,
  ENUM64: 19,
} as const;

/** Bytes that follow a type's header: at all, and for each of its entries. */
const EXTRA: Readonly<Record<number, readonly [once: number, each: number]>> = {
  [KIND.INT]: [4, 0],
  [KIND.ARRAY]: [12, 0],
  [KIND.STRUCT]: [0, 12],
  [KIND.UNION]: [0, 12],
  [KIND.ENUM]: [0, 8],
  [KIND.FUNC_PROTO]: [0, 8],
  [KIND.VAR]: [4, 0],
  [KIND.DATASEC]: [0, 12],
  [KIND.DECL_TAG]: [4, 0],
  [KIND.ENUM64]: [0, 12],
};

/**
 * The function with this id; undefined: there is none, or the bytes are no whole BTF.
 *
 * @see Documentation/bpf/btf.rst
 * @example
 * functionOf(btfBytes(lib, 7), 3)?.name; // "xdp_pass_func"
 */
export function functionOf(
  btf: Uint8Array,
  id: number,
): BtfFunction | undefined {
  const view = new DataView(btf.buffer, btf.byteOffset, btf.byteLength);
  const HEADER = 24, TYPE = 12;
  if (btf.length < HEADER || view.getUint16(0, true) !== MAGIC) {
    return undefined;
  }
  const [size, types, typesSize, strings] = [4, 8, 12, 16]
    .map((at) => view.getUint32(at, true)) as [number, number, number, number];
  const begins: number[] = [];
  const end = Math.min(size + types + typesSize, btf.length);
  for (let at = size + types; at + TYPE <= end;) {
    begins.push(at);
    const [once, each] = EXTRA[kindAt(at)] ?? [0, 0];
    at += TYPE + once + each * countAt(at);
  }

  const found = begins[id - 1]; // id 0 is void
  if (found === undefined || kindAt(found) !== KIND.FUNC) return undefined;
  const prototype = begins[view.getUint32(found + 8, true) - 1];
  if (prototype === undefined || kindAt(prototype) !== KIND.FUNC_PROTO) {
    return undefined;
  }
  const begin = size + strings + view.getUint32(found, true);
  const nameEnd = btf.indexOf(0, begin);
  return nameEnd < 0 ? undefined : {
    name: new TextDecoder().decode(btf.subarray(begin, nameEnd)),
    parameters: countAt(prototype),
  };

  function kindAt(at: number): number {
    return view.getUint32(at + 4, true) >> 24 & 31;
  }
  function countAt(at: number): number {
    return view.getUint32(at + 4, true) & 0xffff;
  }
}
