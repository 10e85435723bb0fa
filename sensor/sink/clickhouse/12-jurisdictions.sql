-- SPDX-License-Identifier: Apache-2.0
-- By jurisdiction: hosts in contact, contacts, those against a ban.
CREATE VIEW IF NOT EXISTS dancecard.jurisdictions AS
SELECT
    jurisdiction,
    uniqExact(local_ip) AS hosts,
    uniqExact(event_id) AS contacts,
    uniqExactIf(event_id, policy_verdict = 'banned') AS banned,
    uniqExactIf(event_id, policy_verdict = 'banned' AND outcome = 'established') AS banned_and_established,
    min(time) AS first_seen,
    max(time) AS last_seen
FROM dancecard.events
WHERE event_type = 'contact'
GROUP BY jurisdiction
