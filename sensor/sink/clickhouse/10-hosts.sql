-- SPDX-License-Identifier: Apache-2.0
-- Hosts: whom they were in contact with, since when, how often. Repeats count once: uniqExact.
CREATE VIEW IF NOT EXISTS dancecard.hosts AS
SELECT
    local_ip,
    tracker_product AS product,
    max(local_name) AS name,
    max(network) AS of_network,
    max(organisation) AS of_organisation,
    max(jurisdiction) AS of_jurisdiction,
    min(time) AS first_seen,
    max(time) AS last_seen,
    uniqExact(event_id) AS contacts,
    uniqExact(tracker_name) AS names,
    uniqExactIf(event_id, policy_verdict = 'banned') AS banned
FROM dancecard.events
WHERE event_type = 'contact'
GROUP BY local_ip, product
