/** Shows text from outside: names, keys and lines of files may hold anything. */

/** Control and format characters, line separators, and halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * The text with its control and format characters written as escapes, as a
 * terminal obeys the former and shows text in another order by the latter.
 *
 * @example
 * visibleText("\x1b[31mweb1"); // "\\x1b[31mweb1"
 */
export function visibleText(text: string): string {
  return text.replaceAll(INVISIBLE, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
  });
}
