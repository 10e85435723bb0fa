-- SPDX-License-Identifier: Apache-2.0
-- Bytes to and from each country, of flows with a contact. A sum cannot be made over repeats: the
-- inner query has each event once. Interim flow events are left out, the last one has their bytes.
CREATE VIEW IF NOT EXISTS dancecard.bytes_by_country AS
SELECT
    country,
    day,
    sum(sent) AS bytes_toserver,
    sum(received) AS bytes_toclient,
    count() AS flows
FROM
(
    SELECT
        event_id,
        any(country) AS country,
        any(toDate(time)) AS day,
        max(bytes_toserver) AS sent,
        max(bytes_toclient) AS received
    FROM dancecard.events
    WHERE event_type = 'flow' AND tracker_name != '' AND flow_reason != 'interim'
    GROUP BY event_id
)
GROUP BY country, day
