-- Inserts the ticks of a JSON Lines capture into the table of schema.sql. Needs a
-- current ClickHouse: 18.16 cannot parse the nested tuples.
INSERT INTO xdptally (start, end, host, interface, class, source, packets, bytes,
    total_packets, total_bytes, run, seq, elapsed)
SELECT
    parseDateTimeBestEffort(start, 'UTC'),
    parseDateTimeBestEffort(end, 'UTC'),
    host,
    if(direction = 'out', concat(interface, ':out'), interface),
    row.1,
    row.2,
    row.3,
    row.4,
    row.5,
    row.6,
    run,
    seq,
    elapsed
FROM input('
    type String, start String, end String, host String, interface String, direction String,
    run String, seq UInt64, elapsed Float64,
    sources Array(Tuple(ip String, packets UInt64, bytes UInt64)),
    others Tuple(packets UInt64, bytes UInt64),
    untracked Tuple(packets UInt64, bytes UInt64),
    filtered Tuple(packets UInt64, bytes UInt64),
    nonIp Tuple(packets UInt64, bytes UInt64),
    malformed Tuple(packets UInt64, bytes UInt64),
    undecoded Tuple(packets UInt64, bytes UInt64),
    total Tuple(packets UInt64, bytes UInt64)')
ARRAY JOIN arrayConcat(
    arrayMap(s -> ('source', s.ip, s.packets, s.bytes, toUInt64(0), toUInt64(0)), sources),
    [
        ('others', '', others.packets, others.bytes, toUInt64(0), toUInt64(0)),
        ('untracked', '', untracked.packets, untracked.bytes, toUInt64(0), toUInt64(0)),
        ('filtered', '', filtered.packets, filtered.bytes, toUInt64(0), toUInt64(0)),
        ('nonIp', '', nonIp.packets, nonIp.bytes, toUInt64(0), toUInt64(0)),
        ('malformed', '', malformed.packets, malformed.bytes, toUInt64(0), toUInt64(0)),
        ('undecoded', '', undecoded.packets, undecoded.bytes, toUInt64(0), toUInt64(0)),
        ('total', '', toUInt64(0), toUInt64(0), total.packets, total.bytes)
    ]) AS row
WHERE type = 'tick'
FORMAT JSONEachRow
