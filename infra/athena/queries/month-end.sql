-- Closing a month: its films and prices as booked, what later months corrected of it, and what it corrected of earlier ones.
-- Parameter, once for each ?: the month, e.g. 2026-11.
SELECT
    CASE WHEN corrects IS NULL THEN 'booked' ELSE 'correction' END AS line,
    month AS booked_in,
    coalesce(concerns, month) AS concerns,
    kind,
    count(*) AS events,
    sum(CASE WHEN kind IN ('study-released', 'release-corrected') THEN quantity ELSE 0 END) AS studies,
    sum(CASE WHEN kind IN ('study-released', 'release-corrected')
        THEN quantity * coalesce(unit_price_vnd, 0) ELSE 0 END) AS charged_vnd,
    sum(CASE WHEN kind = 'film-avoided' THEN quantity ELSE 0 END) AS films_avoided,
    sum(CASE WHEN kind = 'film-printed' THEN quantity ELSE 0 END) AS films_printed
FROM usage_events
WHERE (month = ? OR concerns = ?)
    AND (corrects IS NOT NULL OR kind IN ('study-released', 'film-avoided', 'film-printed', 'study-recalled'))
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
