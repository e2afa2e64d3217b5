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
