/** A folder of a test's own, outside the temp folders, removed afterwards. */
export class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({
    dir: new URL("../../dist/tests", import.meta.url).pathname
      .replaceAll("%20", " "),
  });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
