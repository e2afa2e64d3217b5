/**
 * Sends frames unchanged out of an interface of this namespace.
 * usage: send.ts INTERFACE [ROUNDS [direct]] < frames, one a line, in hexadecimal
 */
import { RawSocket } from "./raw_socket.ts";

const [name, rounds = "1", way] = Deno.args;
const input = await new Response(Deno.stdin.readable).text();
const frames = input.split("\n").filter((line) => line !== "").map((line) =>
  Uint8Array.fromHex(line)
);
const socket = new RawSocket(name!, way === "direct");
for (let round = 0; round < Number(rounds); round++) {
  for (const frame of frames) socket.send(frame);
}
