-- The tables for a fleet's captures, for ClickHouse 18.16 (Debian 12) and later.

-- One row per row of xdptally's CSV. The total of a window is in columns of its own
-- (0 in its other rows), so sum(packets) counts no packet twice. run, interface and
-- seq name a window. Outgoing traffic of eth0 has the interface `eth0:out`.
CREATE TABLE IF NOT EXISTS xdptally
(
    start DateTime('UTC'),
    end DateTime('UTC'),
    host String,
    interface String,
    class Enum8('source' = 1, 'others' = 2, 'untracked' = 3, 'filtered' = 4,
        'nonIp' = 5, 'malformed' = 6, 'total' = 7, 'undecoded' = 8,
        'total:aborted' = 9, 'total:drop' = 10, 'total:pass' = 11, 'total:tx' = 12,
        'total:redirect' = 13, 'total:invalid' = 14),
    source String,
    packets UInt64,
    bytes UInt64,
    total_packets UInt64,
    total_bytes UInt64,
    run String,
    seq UInt64,
    elapsed Float64
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(start)
ORDER BY (host, interface, class, source, start);

-- Sources by hour, updated by each insert; far fewer rows than the table above.
CREATE MATERIALIZED VIEW IF NOT EXISTS xdptally_hourly
ENGINE = SummingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, direction, source, host)
AS SELECT
    toStartOfHour(start) AS hour,
    if(endsWith(interface, ':out'), 'out', 'in') AS direction,
    source,
    host,
    sum(packets) AS packets,
    sum(bytes) AS bytes
FROM xdptally
WHERE class = 'source'
GROUP BY hour, direction, source, host;

-- The top 100 sources of each hour over all hosts, and the number of hosts that saw each.
CREATE VIEW IF NOT EXISTS xdptally_top_sources
AS SELECT
    hour,
    direction,
    source,
    sum(packets) AS packets,
    sum(bytes) AS bytes,
    uniqExact(host) AS hosts
FROM xdptally_hourly
GROUP BY hour, direction, source
ORDER BY hour, direction, packets DESC, source
LIMIT 100 BY hour, direction;
