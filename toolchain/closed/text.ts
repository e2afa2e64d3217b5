import { wordSimilaritySort as untyped } from "../../.toolchain/std/text/word_similarity_sort.js";

/** @std/text's `wordSimilaritySort`, typed. */
export const wordSimilaritySort = untyped as (
  word: string,
  among: readonly string[],
) => string[];
