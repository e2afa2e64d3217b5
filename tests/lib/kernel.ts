/** Whether this kernel is at least as new as that version. */
export function kernelAtLeast(major: number, minor: number): boolean {
  const [mine = 0, minorOfMine = 0] = Deno.osRelease().split(".").map(Number);
  return mine > major || mine === major && minorOfMine >= minor;
}

/** What to ignore a test by, said once: it needs a newer kernel than this. */
export function lacksKernel(
  major: number,
  minor: number,
  what: string,
): boolean {
  const lacks = !kernelAtLeast(major, minor);
  if (lacks) console.log(`skipped: ${what} came with Linux ${major}.${minor}`);
  return lacks;
}
