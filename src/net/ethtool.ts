/** Driver, queues and features of an interface, through ethtool ioctls. */
import { rescue } from "../ffi/errno.ts";
import { fieldText } from "../ffi/memory.ts";
import type { ControlSocket } from "./control.ts";

/** Commands and string sets. @see linux/ethtool.h */
const GDRVINFO = 0x3, GSTRINGS = 0x1b, GSSET_INFO = 0x37, GFEATURES = 0x3a;
const SFEATURES = 0x3b, GCHANNELS = 0x3c;
const SET_FEATURES = 4;
const STRING_SIZE = 32;

/** u32 words of struct ethtool_get_features_block, and the index of two of them. */
const GET_BLOCK = 4, REQUESTED = 1, ACTIVE = 2;
/** u32 words of struct ethtool_set_features_block: valid, requested. */
const SET_BLOCK = 2;

/** The driver's name; empty if there is none (loopback). */
export function driverName(socket: ControlSocket, name: string): string {
  const info = new Uint32Array(196 / 4);
  info[0] = GDRVINFO;
  return rescue(() => {
    socket.ethtool(name, info);
    return fieldText(new Uint8Array(info.buffer), 4, 32);
  }, () => "");
}

/** Number of receive queues; undefined if the driver does not report it. */
export function receiveQueues(
  socket: ControlSocket,
  name: string,
): number | undefined {
  const RX_COUNT = 5, COMBINED_COUNT = 8;
  const channels = new Uint32Array(9);
  channels[0] = GCHANNELS;
  return rescue(() => {
    socket.ethtool(name, channels);
    return channels[RX_COUNT]! + channels[COMBINED_COUNT]!;
  }, () => undefined);
}

/** The kernel's names of features (`rx-lro`, …), by bit. @throws {CallError} */
function featureNames(socket: ControlSocket, name: string): string[] {
  // struct ethtool_sset_info: cmd, reserved, sset_mask (u64), data[]
  const info = Uint32Array.of(GSSET_INFO, 0, 1 << SET_FEATURES, 0, 0);
  socket.ethtool(name, info);
  const count = info[4]!;
  // struct ethtool_gstrings: cmd, string_set, len, data[]
  const strings = new Uint32Array(3 + count * STRING_SIZE / 4);
  strings.set([GSTRINGS, SET_FEATURES, count]);
  socket.ethtool(name, strings);
  const bytes = new Uint8Array(strings.buffer, 12);
  return Array.from(
    { length: count },
    (_, bit) => fieldText(bytes, bit * STRING_SIZE, STRING_SIZE),
  );
}

/** Which features of an interface are requested, and which are active. */
export class EthtoolFeatures {
  readonly #names: readonly string[];
  readonly #words: Uint32Array;

  /** @throws {CallError} there is no such interface, or it has no features */
  constructor(socket: ControlSocket, name: string) {
    const names = featureNames(socket, name);
    const blocks = Math.ceil(names.length / 32);
    const command = new Uint32Array(2 + blocks * GET_BLOCK);
    command.set([GFEATURES, blocks]);
    socket.ethtool(name, command);
    this.#names = names;
    this.#words = command.subarray(2);
  }

  isWanted(feature: string): boolean {
    return this.#has(feature, REQUESTED);
  }

  isOn(feature: string): boolean {
    return this.#has(feature, ACTIVE);
  }

  #has(feature: string, word: number): boolean {
    const bit = this.#names.indexOf(feature);
    if (bit < 0) return false;
    return (this.#words[(bit >> 5) * GET_BLOCK + word]! >>> (bit & 31) & 1) ===
      1;
  }
}

/**
 * Requests a feature, like `ethtool -K NAME FEATURE on`.
 *
 * @throws {CallError}
 */
export function turnOn(
  socket: ControlSocket,
  name: string,
  feature: string,
): void {
  const names = featureNames(socket, name);
  const bit = names.indexOf(feature);
  const blocks = Math.ceil(names.length / 32);
  const command = new Uint32Array(2 + blocks * SET_BLOCK);
  command.set([SFEATURES, blocks]);
  const at = 2 + (bit >> 5) * SET_BLOCK;
  command[at] = command[at + 1] = 1 << (bit & 31);
  socket.ethtool(name, command);
}
