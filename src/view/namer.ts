/** How the screen gets the names of its rows. */
import type { ViewRow } from "./view_row.ts";

/** What is known of addresses and networks, by their texts. */
export interface Namer {
  /** It knows some without reverse DNS, so that there is always a column of names. */
  readonly hasFiles: boolean;
  /**
   * @param place `192.0.2.1`, `10.0.0.0/24`, or what else a row begins with
   * @param hasDns with what reverse DNS says
   */
  of(place: string, hasDns: boolean): string;
}

/** The address or network that a row is named by: its first field. */
export function placeIn({ key }: Pick<ViewRow, "key">): string {
  return key.split(",", 1)[0]!;
}

/** What is known of an address or a network besides its counts; empty: nothing. */
export type NameLookup = (place: string) => string;

/** @param hasDns with what reverse DNS says @returns undefined: nothing can be known */
export function lookup(
  namer: Namer,
  hasDns: boolean,
): NameLookup | undefined {
  return namer.hasFiles || hasDns
    ? (place) => namer.of(place, hasDns)
    : undefined;
}
