-- Films avoided and printed in a month, by modality, and the money saved at the prices valid on its first day.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH studies AS (
    SELECT
        study_instance_uid,
        coalesce(max_by(modality, sequence) FILTER (WHERE modality IS NOT NULL), '') AS modality,
        coalesce(sum(quantity) FILTER (WHERE kind = 'film-avoided'), 0) AS avoided,
        coalesce(sum(quantity) FILTER (WHERE kind = 'film-printed'), 0) AS printed
    FROM usage_events
    WHERE month = ?
    GROUP BY study_instance_uid
),
films AS (
    SELECT modality, sum(avoided) AS films_avoided, sum(printed) AS films_printed
    FROM studies
    GROUP BY modality
),
prices AS (
    SELECT
        films.modality,
        max_by(price_vnd, concat(CASE WHEN p.modality = '' THEN '0' ELSE '1' END, p.valid_from)) AS price_vnd
    FROM films
    JOIN usage_prices p ON p.item = 'film' AND (p.modality = '' OR p.modality = films.modality)
    WHERE p.valid_from <= concat(?, '-01')
    GROUP BY films.modality
)
SELECT
    films.modality,
    films_avoided,
    films_printed,
    films_avoided * coalesce(price_vnd, 0) AS film_saved_vnd
FROM films
LEFT JOIN prices ON prices.modality = films.modality
WHERE films_avoided <> 0 OR films_printed <> 0
ORDER BY films.modality
