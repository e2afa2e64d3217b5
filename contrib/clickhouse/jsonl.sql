-- Inserts the ticks of a JSON Lines capture into the table of schema.sql. Needs a
-- current ClickHouse: 18.16 cannot parse the nested tuples.
INSERT INTO xdptally (start, end, host, interface, class, source, packets, bytes)
SELECT
    parseDateTimeBestEffort(start, 'UTC'),
    parseDateTimeBestEffort(end, 'UTC'),
    host,
    if(direction = 'out', concat(interface, ':out'), interface),
    row.1,
    row.2,
    row.3,
    row.4
FROM input('
    type String, start String, end String, host String, interface String, direction String,
    sources Array(Tuple(ip String, key String, packets UInt64, bytes UInt64)),
    others Tuple(packets UInt64, bytes UInt64),
    untracked Tuple(packets UInt64, bytes UInt64),
    filtered Tuple(packets UInt64, bytes UInt64),
    nonIp Tuple(packets UInt64, bytes UInt64),
    malformed Tuple(packets UInt64, bytes UInt64),
    total Tuple(packets UInt64, bytes UInt64)')
ARRAY JOIN arrayConcat(
    arrayMap(s -> ('source', concat(s.ip, s.key), s.packets, s.bytes), sources),
    [
        ('others', '', others.packets, others.bytes),
        ('untracked', '', untracked.packets, untracked.bytes),
        ('filtered', '', filtered.packets, filtered.bytes),
        ('nonIp', '', nonIp.packets, nonIp.bytes),
        ('malformed', '', malformed.packets, malformed.bytes),
        ('total', '', total.packets, total.bytes)
    ]) AS row
WHERE type = 'tick'
FORMAT JSONEachRow
