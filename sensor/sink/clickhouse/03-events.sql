-- SPDX-License-Identifier: Apache-2.0
-- On every shard: all events of all shards. Sensors write here (?table=dancecard.events). An event goes
-- to the shard that its event_id names, so that its repeats meet it there, whichever sensor sends them.
-- `dancecard` is the cluster in remote_servers. On one machine without a cluster, leave this one out,
-- and read `events` in the views as `events_local`.
CREATE TABLE IF NOT EXISTS dancecard.events AS dancecard.events_local
ENGINE = Distributed('dancecard', 'dancecard', 'events_local', cityHash64(event_id))
