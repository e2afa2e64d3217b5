/** Tunnels over UDP, and the ports that tell them (pure). */

/** By name, in the order of enum tunnel in bpf/xdptally.h: the port that IANA gave each. */
const WELL_KNOWN = {
  vxlan: 4789,
  geneve: 6081,
  gtp: 2152,
  l2tp: 1701,
} as const;

export type TunnelName = keyof typeof WELL_KNOWN;
export const TUNNEL_NAMES = Object.keys(WELL_KNOWN) as TunnelName[];

/** Ports of each kind that can be known, with the well-known one. */
export const MOST_TUNNEL_PORTS = 4;

/** A port to which packets of a tunnel are sent. */
export type TunnelPort = readonly [TunnelName, port: number];

export const WELL_KNOWN_PORTS = Object.entries(
  WELL_KNOWN,
) as unknown as readonly TunnelPort[];

/**
 * The ports that a list names, after the well-known ones.
 *
 * @throws {RangeError} with what is wrong as its message
 * @example
 * parseTunnelPorts("vxlan:8472").at(-1); // ["vxlan", 8472]
 */
export function parseTunnelPorts(text: string): readonly TunnelPort[] {
  const known = new Map(WELL_KNOWN_PORTS.map(([name, port]) => [port, name]));
  for (const word of text.split(",")) {
    const [name, port] = parseTunnelPort(word);
    const other = known.get(port) ?? name;
    if (other !== name) {
      throw new RangeError(
        `port ${port} cannot be for ${name} and for ${other}; leave one out`,
      );
    }
    known.set(port, name);
  }
  const ports = Array.from(known, ([port, name]) => [name, port] as const);
  for (const name of TUNNEL_NAMES) {
    if (ports.filter(([one]) => one === name).length > MOST_TUNNEL_PORTS) {
      throw new RangeError(
        `there are too many ports for ${name}; name at most ${
          MOST_TUNNEL_PORTS - 1
        } besides ${WELL_KNOWN[name]}`,
      );
    }
  }
  return ports;
}

/** As `parseTunnelPorts` takes it: `vxlan:4789,vxlan:8472`. */
export function tunnelPortsText(ports: readonly TunnelPort[]): string {
  return ports.map((port) => port.join(":")).join();
}

function parseTunnelPort(word: string): TunnelPort {
  const [, name = "", digits] = /^(\w+):(\d{1,5})$/.exec(word) ?? [];
  const port = Number(digits);
  if (!isTunnelName(name) || port < 1 || port > 65535) {
    throw new RangeError(
      `"${word}" is none of ${
        TUNNEL_NAMES.map((one) => `${one}:PORT`).join(", ")
      } with a port from 1 to 65535`,
    );
  }
  return [name, port];
}

function isTunnelName(text: string): text is TunnelName {
  return Object.hasOwn(WELL_KNOWN, text);
}
