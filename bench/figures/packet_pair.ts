/** Runs a program on two CPUs at once, in two worker threads. */

const FRAMES = 200_000;

/** A message that makes a worker feed frames to a program. */
export interface Order {
  readonly cpu: number;
  readonly program: number;
  readonly frames: number;
  /** The number of workers that are ready to begin. */
  readonly ready: Int32Array;
}

/** The two worker threads. */
export class Pair implements AsyncDisposable {
  readonly #workers = [0, 1].map(() =>
    new Worker(new URL("packet_worker.ts", import.meta.url), { type: "module" })
  );

  static async create(): Promise<Pair> {
    const pair = new Pair();
    await Promise.all(pair.#workers.map((worker) => answerOf(worker)));
    return pair;
  }

  /** Feeds frames to a program. @returns CPU time per frame in ns, mean of both threads */
  async feed(program: number): Promise<number> {
    const ready = new Int32Array(new SharedArrayBuffer(4));
    const answers = this.#workers.map((worker) => answerOf(worker));
    for (const [cpu, worker] of this.#workers.entries()) {
      worker.postMessage(
        { cpu, program, frames: FRAMES, ready } satisfies Order,
      );
    }
    const [one, other] = await Promise.all(answers);
    return (one! + other!) / 2;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.terminate();
    return Promise.resolve();
  }
}

/** The worker's next message. */
function answerOf(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (error) => reject(new Error(error.message));
  });
}
