/** Words the cause of an error, for the end of a message. */

/**
 * The message of `error` without what Deno or node adds to the system's words:
 * `No space left on device`, not `No space left on device (os error 28)`;
 * `permission denied`, not `EACCES: permission denied, open '/etc/shadow'`.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*/s, "")
    .replace(/^E[A-Z]+: (.*), [a-z]+ '.*'$/s, "$1");
}
