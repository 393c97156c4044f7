-- What a released study costs: messages, storage of the month, traffic, computing; in dong, halves up.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH used AS (
    SELECT
        CASE
            WHEN kind IN ('message-sent', 'sms-sent', 'email-sent') THEN channel
            WHEN kind = 'bytes-stored' THEN storage_class
            WHEN kind = 'bytes-served' THEN 'served'
            ELSE 'compute'
        END AS item,
        sum(quantity) AS quantity
    FROM usage_events
    WHERE (month = ? AND kind IN ('message-sent', 'sms-sent', 'email-sent', 'bytes-served', 'study-released'))
        OR (month <= ? AND kind = 'bytes-stored')
    GROUP BY 1
),
prices AS (
    SELECT item, max_by(price_vnd, valid_from) AS price_vnd, max_by(per, valid_from) AS per
    FROM usage_prices
    WHERE valid_from <= concat(?, '-01')
    GROUP BY item
),
costs AS (
    SELECT
        used.item,
        used.quantity,
        (2 * used.quantity * price_vnd + per) - ((2 * used.quantity * price_vnd + per) % (2 * per)) AS doubled,
        2 * per AS divisor
    FROM used
    JOIN prices ON prices.item = used.item
),
released AS (
    SELECT coalesce(sum(quantity), 0) AS studies
    FROM usage_events
    WHERE month = ? AND kind IN ('study-released', 'release-corrected')
)
SELECT
    item,
    quantity,
    CAST(doubled / divisor AS bigint) AS cost_vnd,
    CAST(CAST(doubled / divisor AS double) / CASE WHEN studies > 0 THEN studies END AS decimal(18, 2)) AS cost_per_study_vnd
FROM costs
CROSS JOIN released
ORDER BY item
