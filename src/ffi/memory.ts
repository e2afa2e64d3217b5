/** Strings and structs in C's layout. All structs are little-endian. */

const encoder = new TextEncoder();

/** Encodes a C string. It may be garbage-collected after the call: libbpf and libc copy what they keep. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** Reads the C string at `pointer`; empty for NULL. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/** Reads the C string in a field of `size` bytes; it need not end in NUL. */
export function fieldText(
  struct: Uint8Array,
  offset: number,
  size: number,
): string {
  const field = struct.subarray(offset, offset + size);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** A u32 in a buffer of its own, to pass as key, value or in-out parameter. */
export function u32(value: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(value);
}

/**
 * Makes an option struct of libbpf with one field. Such a struct starts with its
 * own size (u64), from which libbpf sees which fields it has.
 *
 * @param field the field after the size: a u32, or a string, which is stored
 * after the struct so that it lives as long
 */
export function opts(field: number | string): Uint8Array<ArrayBuffer> {
  const SIZE = 16;
  const text = typeof field === "string" ? cString(field) : new Uint8Array();
  const struct = new Uint8Array(SIZE + text.length);
  const view = new DataView(struct.buffer);
  view.setBigUint64(0, BigInt(SIZE), true);
  if (typeof field === "number") {
    view.setUint32(8, field, true);
  } else {
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(struct));
    view.setBigUint64(8, BigInt(address) + BigInt(SIZE), true);
    struct.set(text, SIZE);
  }
  return struct;
}
