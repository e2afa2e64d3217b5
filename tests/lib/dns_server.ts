/**
 * A DNS server on 127.0.0.1 for tests: how it answers depends on the last number of
 * the IPv4 address that is asked for. Prints `ready`, and then each question.
 */
import { createSocket } from "node:dgram";
import process from "node:process";

const HEADER = 12;
const NX_DOMAIN = 3, SERVER_FAILURE = 2;

const socket = createSocket("udp4");
socket.on("message", (question: Uint8Array, { port, address }) => {
  const labels: string[] = [];
  let at = HEADER;
  for (; question[at] !== 0; at += question[at]! + 1) {
    labels.push(textOf(question.subarray(at + 1, at + 1 + question[at]!)));
  }
  const end = at + 5; // the root, type and class
  process.stdout.write(`${labels.join(".")}\n`);
  const reply = (code: number, answers: readonly number[], count: number) =>
    socket.send(
      Uint8Array.of(
        ...[question[0]!, question[1]!, 0x81, 0x80 | code],
        ...[0, 1, 0, count, 0, 0, 0, 0],
        ...question.subarray(HEADER, end),
        ...answers,
      ),
      port,
      address,
    );
  const name = (...parts: readonly string[]) => reply(0, pointer(parts), 1);
  switch (labels[0]) {
    case "1":
      return name("web1", "example");
    case "2": // clears a screen, writes over a line, sets a title
      return name("\x1b[2J\x1b[1;1Hevil\r\n", "\x1b]0;x\x07\u202e");
    case "3": // silence
      return;
    case "4":
      return reply(NX_DOMAIN, [], 0);
    case "5": // not a message
      return reply(0, [255, 255, 255], 9);
    case "6": // the longest name there is
      return name(...Array(4).fill("x".repeat(61)));
    case "7":
      return reply(SERVER_FAILURE, [], 0);
    case "8": // a name that goes on in itself
      return reply(0, [...record(), 0, 2, 0xc0, end + HEADER], 1);
    default:
      return name(`host${labels[0]}`);
  }
});
socket.bind(53, "127.0.0.1", () => process.stdout.write("ready\n"));

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** A PTR record of the question's name, up to its length. */
function record(): number[] {
  const PTR = 12, IN = 1, TTL = 60;
  return [0xc0, HEADER, 0, PTR, 0, IN, 0, 0, 0, TTL];
}

function pointer(labels: readonly string[]): number[] {
  const bytes = labels.flatMap((label) => {
    const text = new TextEncoder().encode(label);
    return [text.length, ...text];
  });
  return [...record(), 0, bytes.length + 1, ...bytes, 0];
}
