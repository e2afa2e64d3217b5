/** Decides which connection makes room for a new one, so that nobody occupies a server. */

/** A connection, as far as its place matters. */
export interface Seat {
  /** Connections with the same text are of one peer. */
  readonly peer: string;
  /** It is being answered. Else it has not sent a whole request, or has its answer. */
  readonly isBusy: boolean;
}

/** How many connections there may be. */
interface SeatBounds {
  readonly ofPeer: number;
  readonly ofAll: number;
}

/**
 * The connection to close before one of `peer` is let in: the oldest idle one, of
 * that peer if it has as many as it may have, else of the peer that has most. So
 * a new connection always gets in, and a client that sends its request at once is
 * answered, however many connections others or the same peer hold open.
 *
 * @param seats the oldest first
 * @returns undefined: there is room
 */
export function leaver<Each extends Seat>(
  seats: readonly Each[],
  peer: string,
  { ofPeer, ofAll }: SeatBounds,
): Each | undefined {
  const own = seats.filter((seat) => seat.peer === peer);
  if (own.length >= ofPeer) return own.find((seat) => !seat.isBusy) ?? own[0];
  if (seats.length < ofAll) return undefined;
  const counts = new Map<string, number>();
  for (const seat of seats) {
    counts.set(seat.peer, (counts.get(seat.peer) ?? 0) + 1);
  }
  const idle = seats.filter((seat) => !seat.isBusy);
  const candidates = idle.length > 0 ? idle : seats;
  const most = Math.max(...candidates.map((seat) => counts.get(seat.peer)!));
  return candidates.find((seat) => counts.get(seat.peer) === most);
}
