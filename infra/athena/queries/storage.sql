-- Bytes stored by class: what a month added, and what lay there at its end.
-- Parameter, once for each ?: the month, e.g. 2026-11.
SELECT
    storage_class,
    coalesce(sum(quantity) FILTER (WHERE month = ?), 0) AS bytes_added,
    coalesce(sum(quantity), 0) AS bytes_at_end
FROM usage_events
WHERE month <= ? AND kind = 'bytes-stored'
GROUP BY storage_class
ORDER BY storage_class
