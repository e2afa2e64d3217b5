/** The files of the repository, for tests that hold its rules. */

/** The repository's folder, with a slash at its end. */
export const ROOT = new URL("../..", import.meta.url).pathname
  .replaceAll("%20", " ");

/** Paths, relative to the root, of the files with an ending in a folder. */
export function filesIn(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(
    ({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return filesIn(path, ending);
      return name.endsWith(ending) ? [path] : [];
    },
  );
}
