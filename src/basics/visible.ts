/** Shows text from outside as text: a name must not command a terminal, or hide. */

/** Control, format (bidi too) and separator characters, and halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Replaces characters that cannot be seen, or that change how others look, by
 * their number: ESC by `\x1b`, a right-to-left override by `\u202e`, a tag by
 * `\u{e0041}`. Line breaks and tabs are among them. Doing it twice changes nothing.
 *
 * @example
 * visible("a\nb"); // "a\\x0ab"
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!;
    const hex = code.toString(16);
    if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
    return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
  });
}
