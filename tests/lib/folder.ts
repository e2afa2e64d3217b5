/** Folders for the files of tests. */

/** Below the clone: some tests hide the temp folders from the run. */
const PLACE = new URL("../../dist/tests", import.meta.url).pathname
  .replaceAll("%20", " ");

/** A folder of a test's own, removed afterwards. */
export class Folder implements Disposable {
  readonly path: string;

  constructor() {
    Deno.mkdirSync(PLACE, { recursive: true });
    this.path = Deno.makeTempDirSync({ dir: PLACE });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
