-- Closing a month: its films and prices as booked, what later months corrected of it, and what it corrected of earlier ones.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH corrections AS (
    SELECT
        later.month AS booked_in,
        earlier.month AS concerns,
        later.kind,
        count(*) AS events,
        sum(CASE WHEN later.kind = 'order-corrected'
            THEN coalesce(later.unit_price_vnd, 0) - coalesce(earlier.unit_price_vnd, 0) ELSE 0 END) AS charged_vnd,
        sum(CASE WHEN later.kind = 'film-avoided' THEN later.quantity ELSE 0 END) AS films_avoided,
        sum(CASE WHEN later.kind = 'film-printed' THEN later.quantity ELSE 0 END) AS films_printed
    FROM usage_events later
    JOIN usage_events earlier ON earlier.study_instance_uid = later.study_instance_uid
        AND earlier.kind = 'study-released'
    WHERE later.corrects IS NOT NULL AND (later.month = ? OR earlier.month = ?)
    GROUP BY 1, 2, 3
),
booked AS (
    SELECT
        month AS booked_in,
        month AS concerns,
        kind,
        count(*) AS events,
        sum(CASE WHEN kind = 'study-released' THEN coalesce(unit_price_vnd, 0) ELSE 0 END) AS charged_vnd,
        sum(CASE WHEN kind = 'film-avoided' THEN quantity ELSE 0 END) AS films_avoided,
        sum(CASE WHEN kind = 'film-printed' THEN quantity ELSE 0 END) AS films_printed
    FROM usage_events
    WHERE month = ? AND corrects IS NULL
        AND kind IN ('study-released', 'film-avoided', 'film-printed', 'study-recalled')
    GROUP BY 1, 2, 3
)
SELECT 'booked' AS line, booked.* FROM booked
UNION ALL
SELECT 'correction' AS line, corrections.* FROM corrections
ORDER BY 1, 2, 3, 4
