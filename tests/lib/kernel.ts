/** Which kernel this is: a test that must skip says why. */

/** Whether this kernel is at least as new as that version. */
export function kernelAtLeast(major: number, minor: number): boolean {
  const [mine = 0, minorOfMine = 0] = Deno.osRelease().split(".").map(Number);
  return mine > major || mine === major && minorOfMine >= minor;
}

/** For `ignore` of a test: true, and says so, if this kernel is older than the version. */
export function lacksKernel(
  major: number,
  minor: number,
  what: string,
): boolean {
  const lacks = !kernelAtLeast(major, minor);
  if (lacks) console.log(`skipped: ${what} came with Linux ${major}.${minor}`);
  return lacks;
}
