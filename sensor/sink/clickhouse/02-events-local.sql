-- SPDX-License-Identifier: Apache-2.0
-- On every shard: the events that this shard keeps. The sensor sends three columns (event_id, time_us,
-- event: the JSON line as it is); all others are made from the line when it comes in.
-- ReplacingMergeTree drops repeats of an event_id, but only when it merges parts: the views below do
-- not wait for that. Only types and functions that 18.16 and today's ClickHouse both have.
CREATE TABLE IF NOT EXISTS dancecard.events_local
(
    event_id String,
    time_us UInt64,
    event String,
    time DateTime DEFAULT toDateTime(intDiv(time_us, 1000000)),
    event_type String DEFAULT visitParamExtractString(event, 'event_type'),
    sensor String DEFAULT visitParamExtractString(event, 'sensor'),
    severity String DEFAULT visitParamExtractString(event, 'severity'),
    flow_id UInt64 DEFAULT visitParamExtractUInt(event, 'flow_id'),
    src_ip String DEFAULT visitParamExtractString(event, 'src_ip'),
    dest_ip String DEFAULT visitParamExtractString(event, 'dest_ip'),
    dest_port UInt16 DEFAULT toUInt16(visitParamExtractUInt(event, 'dest_port')),
    proto String DEFAULT visitParamExtractString(event, 'proto'),
    app_proto String DEFAULT visitParamExtractString(event, 'app_proto'),
    local_ip String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'local'), 'ip'),
    local_name String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'local'), 'name'),
    network String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'local'), 'network'),
    organisation String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'local'), 'organisation'),
    jurisdiction String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'local'), 'jurisdiction'),
    tracker_name String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'tracker'), 'name'),
    tracker_product String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'tracker'), 'product'),
    tracker_category String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'tracker'), 'category'),
    confidence String DEFAULT visitParamExtractString(event, 'confidence'),
    outcome String DEFAULT visitParamExtractString(event, 'outcome'),
    policy_verdict String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'policy'), 'verdict'),
    country String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'geo'), 'country'),
    asn UInt32 DEFAULT toUInt32(visitParamExtractUInt(visitParamExtractRaw(event, 'geo'), 'asn')),
    as_org String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'geo'), 'as_org'),
    site_name String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'site'), 'name'),
    site_domain String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'site'), 'domain'),
    site_organisation String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'site'), 'organisation'),
    site_jurisdiction String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'site'), 'jurisdiction'),
    site_status String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'site'), 'status'),
    bytes_toserver UInt64 DEFAULT visitParamExtractUInt(visitParamExtractRaw(event, 'flow'), 'bytes_toserver'),
    bytes_toclient UInt64 DEFAULT visitParamExtractUInt(visitParamExtractRaw(event, 'flow'), 'bytes_toclient'),
    flow_reason String DEFAULT visitParamExtractString(visitParamExtractRaw(event, 'flow'), 'reason')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (event_type, event_id)
