/** Types the part of @std/text that src/ uses, for builds with the npm copy of @std. */
import { levenshteinDistance as untypedDistance } from "../../.toolchain/std/text/levenshtein_distance.js";
import { wordSimilaritySort as untypedSort } from "../../.toolchain/std/text/word_similarity_sort.js";

export const levenshteinDistance = untypedDistance as (
  a: string,
  b: string,
) => number;

export const wordSimilaritySort = untypedSort as (
  word: string,
  among: readonly string[],
) => string[];
