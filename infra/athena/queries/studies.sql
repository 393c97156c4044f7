-- Studies of a month by department, modality and payer: received, released, recalled, and their price at the hospital's list.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH studies AS (
    SELECT
        study_instance_uid,
        max_by(department, sequence) FILTER (WHERE department IS NOT NULL) AS department,
        max_by(modality, sequence) FILTER (WHERE modality IS NOT NULL) AS modality,
        max_by(payer, sequence) FILTER (WHERE payer <> 'unknown') AS payer,
        max_by(unit_price_vnd, sequence) FILTER (WHERE unit_price_vnd IS NOT NULL) AS unit_price_vnd,
        count(*) FILTER (WHERE kind = 'study-received') AS received,
        count(*) FILTER (WHERE kind = 'study-released') AS released,
        max_by(kind, sequence) FILTER (
            WHERE kind IN ('study-released', 'study-held', 'study-shown', 'study-recalled', 'study-erased')
        ) AS state
    FROM usage_events
    WHERE month = ?
    GROUP BY study_instance_uid
)
SELECT
    coalesce(department, '') AS department,
    coalesce(modality, '') AS modality,
    coalesce(payer, 'unknown') AS payer,
    count(*) FILTER (WHERE received > 0) AS studies_received,
    count(*) FILTER (WHERE released > 0) AS studies_released,
    count(*) FILTER (WHERE state IN ('study-recalled', 'study-erased')) AS studies_recalled,
    coalesce(sum(unit_price_vnd) FILTER (WHERE released > 0), 0) AS charged_vnd
FROM studies
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
