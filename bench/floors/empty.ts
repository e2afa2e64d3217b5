/** The floor of size, start and memory: does nothing; with an argument, until it is killed. */
if (Deno.args.length > 0) {
  console.log("ready");
  setInterval(() => {}, 2 ** 31 - 1);
}
