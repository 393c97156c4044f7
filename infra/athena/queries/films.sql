-- Films avoided and printed in a month, by modality, and the money saved at the prices valid on its first day.
-- Films that are taken back count at the prices of the month in which they were booked.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH films AS (
    SELECT
        coalesce(modality, '') AS modality,
        coalesce(concerns, month) AS priced_in,
        coalesce(sum(quantity) FILTER (WHERE kind = 'film-avoided'), 0) AS avoided,
        coalesce(sum(quantity) FILTER (WHERE kind = 'film-printed'), 0) AS printed
    FROM usage_events
    WHERE month = ? AND kind IN ('film-avoided', 'film-printed')
    GROUP BY 1, 2
),
prices AS (
    SELECT
        films.modality,
        films.priced_in,
        max_by(price_vnd, concat(CASE WHEN p.modality = '' THEN '0' ELSE '1' END, p.valid_from)) AS price_vnd
    FROM films
    JOIN usage_prices p ON p.item = 'film' AND (p.modality = '' OR p.modality = films.modality)
    WHERE p.valid_from <= concat(films.priced_in, '-01')
    GROUP BY films.modality, films.priced_in
),
saved AS (
    SELECT films.modality, avoided, printed, avoided * coalesce(price_vnd, 0) AS vnd
    FROM films
    LEFT JOIN prices ON prices.modality = films.modality AND prices.priced_in = films.priced_in
)
SELECT modality, sum(avoided) AS films_avoided, sum(printed) AS films_printed, sum(vnd) AS film_saved_vnd
FROM saved
GROUP BY modality
HAVING sum(avoided) <> 0 OR sum(printed) <> 0 OR sum(vnd) <> 0
ORDER BY modality
