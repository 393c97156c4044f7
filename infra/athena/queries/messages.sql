-- Messages of a month by channel: sent, reported as arrived or not, and what they cost.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH sent AS (
    SELECT
        channel,
        count(*) FILTER (WHERE kind IN ('message-sent', 'sms-sent', 'email-sent')) AS messages,
        coalesce(sum(quantity) FILTER (WHERE kind IN ('message-sent', 'sms-sent', 'email-sent')), 0) AS parts,
        count(*) FILTER (WHERE kind = 'message-delivered') AS delivered,
        count(*) FILTER (WHERE kind = 'message-failed') AS failed
    FROM usage_events
    WHERE month = ? AND channel IS NOT NULL
    GROUP BY channel
),
prices AS (
    SELECT item, max_by(price_vnd, valid_from) AS price_vnd
    FROM usage_prices
    WHERE valid_from <= concat(?, '-01')
    GROUP BY item
)
SELECT channel, messages, parts, delivered, failed, parts * coalesce(price_vnd, 0) AS cost_vnd
FROM sent
LEFT JOIN prices ON prices.item = sent.channel
ORDER BY channel
