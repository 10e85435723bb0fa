-- SPDX-License-Identifier: Apache-2.0
-- By network of ours and product.
CREATE VIEW IF NOT EXISTS dancecard.networks AS
SELECT
    network,
    tracker_product AS product,
    uniqExact(local_ip) AS hosts,
    uniqExact(event_id) AS contacts,
    min(time) AS first_seen,
    max(time) AS last_seen
FROM dancecard.events
WHERE event_type = 'contact'
GROUP BY network, product
