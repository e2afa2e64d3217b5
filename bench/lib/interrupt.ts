/** Cleans up when a signal ends a bench. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** On each of the signals: runs `cleanUp`, then exits with 128 + the signal's number. */
export function onInterrupt(cleanUp: () => void): void {
  for (const [name, number] of Object.entries(SIGNALS)) {
    Deno.addSignalListener(name as keyof typeof SIGNALS, () => {
      cleanUp();
      Deno.exit(128 + number);
    });
  }
}
