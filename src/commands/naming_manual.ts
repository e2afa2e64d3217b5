/** What the man page says about names of addresses. */
import type { ManualSection } from "../cli/command_docs.ts";
import { NAMING_FIELDS } from "../names/naming.ts";

export const NAMES: ManualSection = {
  title: "NAMES OF ADDRESSES",
  blocks: [
    "--names and --mmdb name the address of each row: the source; where rows have none, the destination, else the outer source. A row of a network (--prefix4) has a name if all of it has the same. Text and top show it behind the row. JSON Lines, CSV (in its last columns) and the labels of metrics have these fields, as far as the files have them; what is not known is null in JSON, else empty:",
    {
      items: Object.entries(NAMING_FIELDS).map((
        [field, { inSnakeCase, help }],
      ) => [
        field === inSnakeCase ? field : `${field}, ${inSnakeCase}`,
        help,
      ]),
    },
    { heading: "--names" },
    "A hosts file, or networks with labels, also mixed:",
    {
      code:
        "192.0.2.1       web1 web1.example.org\n10.0.0.0/8      Head office\n2001:db8::/32,  Berlin",
    },
    "Behind an address and a space or a tab there are host names, of which the first one counts. Behind a network or a comma the rest of the line is the label; quotes of CSV are understood. # begins a comment. The longest prefix that contains an address decides; of equal ones the first line. A line that cannot be used is named, and nothing is counted: exit code 2. A file has at most 64 MiB.",
    { heading: "--mmdb" },
    "A database in the format of MaxMind DB, of at most 512 MiB, which stays in memory. A damaged one is refused with exit code 2; an address whose record alone is damaged is not known.",
    { heading: "Reverse DNS" },
    "top alone asks DNS, after the key n: the servers of /etc/resolv.conf, as the user of --user, for addresses on the screen, at most 20 a second. The questions may leave through the interface that is watched, and are then counted there. Names are kept for ten minutes. Whoever owns an address chooses its name: it proves nothing.",
    { heading: "Files" },
    "The files are opened as the user of --user, and read once, at the start: a series of metrics keeps its labels. Of files that only root may read, root's own are read.",
  ],
};
