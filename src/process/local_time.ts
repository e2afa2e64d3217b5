/** Finds local time as the C library does, like date(1): the runtime takes a zone that it does not know for UTC. */
import { EXIT, Failure } from "../basics/errors.ts";
import { libc } from "../ffi/libc.ts";

/** Milliseconds that local time is ahead of UTC at a time. */
type OffsetAt = (time: Date) => number;

/**
 * The local zone, by TZ or /etc/localtime as they are now.
 *
 * @throws {Failure} exit code 2: there is no such zone
 * @see tzset(3)
 */
export function localZone(): OffsetAt {
  const zone = Deno.env.get("TZ")?.replace(/^:/, "");
  const folder = Deno.env.get("TZDIR") || "/usr/share/zoneinfo";
  // The C library takes an empty TZ for UTC, and any nonsense too.
  if (zone && !isZoneFile(zone, folder) && !POSIX_RULE.test(zone)) {
    throw new Failure(
      EXIT.usage,
      `Cannot use --local: TZ is "${zone}", which is neither a file of ${folder} (package tzdata) nor a rule like CET-1CEST,M3.5.0,M10.5.0/3; set TZ to one, or leave out --local`,
    );
  }
  libc.tzset();
  return offsetAt;
}

/** Whether the C library reads this file. */
function isZoneFile(zone: string, folder: string): boolean {
  const path = zone.startsWith("/") ? zone : `${folder}/${zone}`;
  try {
    if (!Deno.statSync(path).isFile) return false;
    using file = Deno.openSync(path);
    const magic = new Uint8Array(4);
    file.readSync(magic);
    return new TextDecoder().decode(magic) === "TZif";
  } catch {
    return false;
  }
}

/**
 * A rule of POSIX. One with a summer time has to say when that begins and ends:
 * what the C library takes for that otherwise differs between its versions.
 *
 * @see The Open Group Base Specifications, section 8.3, TZ; RFC 9636, section 3.3.1
 */
const POSIX_RULE = (() => {
  const name = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
  const rest = "(?::[0-5]\\d(?::[0-5]\\d)?)?";
  const offset = `[+-]?(?:2[0-4]|[01]?\\d)${rest}`;
  const day = "(?:J?\\d{1,3}|M(?:1[0-2]|0?[1-9])\\.[1-5]\\.[0-6])";
  const change = `,${day}(?:/[+-]?\\d{1,3}${rest})?`;
  const summer = `${name}(?:${offset})?${change}${change}`;
  return new RegExp(`^${name}${offset}(?:${summer})?$`);
})();

const seconds = new BigInt64Array(1);
/** struct tm: nine int, `long tm_gmtoff` and `const char *tm_zone`. @see time.h */
const tm = new BigInt64Array(7);

function offsetAt(time: Date): number {
  const GMTOFF = 5;
  seconds[0] = BigInt(Math.floor(time.getTime() / 1000));
  libc.localtime_r(
    new Uint8Array(seconds.buffer),
    new Uint8Array(tm.buffer),
  );
  return Number(tm[GMTOFF]) * 1000;
}
