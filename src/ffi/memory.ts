/** Bytes and pointers as C wants them. All structs are little-endian. */

const encoder = new TextEncoder();

/** `text` as a C string; libbpf and libc copy what they keep. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** The C string at `pointer`; empty for NULL. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/** The C string in a fixed field of a struct. */
export function fieldText(
  struct: Uint8Array,
  offset: number,
  size: number,
): string {
  const field = struct.subarray(offset, offset + size);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** A u32 in a buffer of its own, as key, value or in-out parameter. */
export function u32(value: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(value);
}

/**
 * libbpf's option structs start with their own size (u64); a library that is
 * newer takes what it finds, an older one wants the rest to be zero.
 *
 * @param rest the field after the size: a u32, or a pointer to `rest`'s bytes,
 * which the caller keeps alive until the call is over
 */
export function opts(
  rest: number | Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const field = typeof rest === "number"
    ? BigInt(rest)
    : Deno.UnsafePointer.value(Deno.UnsafePointer.of(rest));
  return new Uint8Array(BigUint64Array.of(16n, field).buffer);
}
