/** Makes the list that `-D` prints, so that the operator sees what can be watched. */
import { linkLayer } from "../../basics/link_layer.ts";
import { visible } from "../../basics/visible.ts";
import { allInterfaces } from "../../engine/interface_lookup.ts";
import { isMangled } from "../../net/interfaces.ts";

/** The interfaces of `-D`: index, name, state, and whether it can be watched. */
export function interfaceList(): string {
  const rows = allInterfaces().map((row) => ({
    ...row,
    name: visible(row.name),
    driver: visible(row.driver),
  }));
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map((row) => {
    const notes = [
      row.isUp ? "up" : "down",
      `mtu ${row.mtu}`,
      ...(row.driver === "" ? [] : [row.driver]),
      ...(linkLayer(row.hardwareType) === undefined
        ? ["cannot be watched"]
        : []),
      ...(isMangled(row.name) ? ["name is not UTF-8"] : []),
    ];
    return `${String(row.index).padStart(3)}  ${row.name.padEnd(width)}  ${
      notes.join(", ")
    }\n`;
  }).join("");
}
