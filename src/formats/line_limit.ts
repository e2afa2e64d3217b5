/** The longest line of a capture, for those who write and those who read them. */

/** Bytes: a record of 2,097,152 sources, the most of --max-sources, has room. */
export const MAX_LINE = 2 ** 28;
