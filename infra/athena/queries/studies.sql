-- Studies of a month by department, modality and payer: received, released, recalled, and their price at the hospital's list.
-- A release that was taken back counts -1 where it was booked; erasure takes nothing back. Parameter, once for each ?: the month, e.g. 2026-11.
WITH studies AS (
    SELECT
        study_instance_uid,
        max_by(department, sequence) FILTER (WHERE department IS NOT NULL AND NOT taken_back) AS department,
        max_by(modality, sequence) FILTER (WHERE modality IS NOT NULL AND NOT taken_back) AS modality,
        max_by(payer, sequence) FILTER (WHERE payer <> 'unknown' AND NOT taken_back) AS payer,
        count(*) FILTER (WHERE kind = 'study-received') AS received,
        max_by(kind, sequence) FILTER (
            WHERE kind IN ('study-released', 'study-held', 'study-shown', 'study-recalled')
        ) AS state
    FROM (
        SELECT *, concerns IS NOT NULL AND quantity < 0 AS taken_back FROM usage_events WHERE month = ?
    ) events
    GROUP BY study_instance_uid
),
lines AS (
    SELECT
        coalesce(department, '') AS department,
        coalesce(modality, '') AS modality,
        coalesce(payer, 'unknown') AS payer,
        CASE WHEN received > 0 THEN 1 ELSE 0 END AS received,
        0 AS released,
        CASE WHEN state = 'study-recalled' THEN 1 ELSE 0 END AS recalled,
        0 AS charged_vnd
    FROM studies
    UNION ALL
    SELECT
        coalesce(department, ''),
        coalesce(modality, ''),
        coalesce(payer, 'unknown'),
        0,
        quantity,
        0,
        quantity * coalesce(unit_price_vnd, 0)
    FROM usage_events
    WHERE month = ? AND kind IN ('study-released', 'release-corrected')
)
SELECT
    department,
    modality,
    payer,
    sum(received) AS studies_received,
    sum(released) AS studies_released,
    sum(recalled) AS studies_recalled,
    sum(charged_vnd) AS charged_vnd
FROM lines
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
