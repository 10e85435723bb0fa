-- SPDX-License-Identifier: Apache-2.0
-- Sites: which carry whose tracker, since when, and whether still. The last word of a `site` event
-- counts; a site that only placements tell of is `present`.
CREATE VIEW IF NOT EXISTS dancecard.sites AS
SELECT
    site_name AS site,
    max(site_domain) AS domain,
    tracker_product AS product,
    max(site_organisation) AS of_organisation,
    max(site_jurisdiction) AS of_jurisdiction,
    min(time) AS first_seen,
    max(time) AS last_seen,
    if(countIf(event_type = 'site') = 0, 'present',
        argMax(site_status, if(event_type = 'site', time_us, toUInt64(0)))) AS status,
    uniqExactIf(event_id, event_type = 'placement') AS placements,
    uniqExactIf(local_ip, event_type = 'placement') AS visitors
FROM dancecard.events
WHERE event_type IN ('site', 'placement') AND site_name != ''
GROUP BY site, product
