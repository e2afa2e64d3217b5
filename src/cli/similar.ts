/** Finds the word that somebody may have meant (pure). */
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Words, the nearest to `word` first. */
export function byDistance(word: string, words: readonly string[]): string[] {
  const distance = (other: string) => levenshteinDistance(word, other);
  return words.toSorted((a, b) => distance(a) - distance(b));
}

/**
 * The first of `words` that `word` abbreviates, or misspells with at most so many
 * `slips`; undefined: none.
 */
export function similar(
  word: string,
  words: readonly string[],
  slips: number,
): string | undefined {
  if (word.length < 2) return undefined;
  return words.find((other) =>
    other.startsWith(word) || levenshteinDistance(word, other) <= slips
  );
}
