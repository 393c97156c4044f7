-- Of the studies released in a month, and not taken back in it: told by a message, opened at any time since, never opened.
-- Parameter, once for each ?: the month, e.g. 2026-11.
WITH released AS (
    SELECT
        study_instance_uid,
        max_by(coalesce(department, ''), sequence) FILTER (WHERE quantity > 0) AS department
    FROM usage_events
    WHERE month = ? AND kind IN ('study-released', 'release-corrected')
    GROUP BY study_instance_uid
    HAVING sum(quantity) > 0
),
since AS (
    SELECT
        study_instance_uid,
        count(*) FILTER (WHERE kind IN ('message-sent', 'sms-sent', 'email-sent')) AS told,
        count(*) FILTER (WHERE kind = 'study-opened') AS openings,
        count(*) FILTER (WHERE kind = 'first-image') AS first_images
    FROM usage_events
    WHERE month >= ? AND kind IN ('message-sent', 'sms-sent', 'email-sent', 'study-opened', 'first-image')
    GROUP BY study_instance_uid
)
SELECT
    released.department,
    count(*) AS studies_released,
    count(*) FILTER (WHERE coalesce(told, 0) > 0) AS told,
    count(*) FILTER (WHERE coalesce(openings, 0) > 0) AS opened,
    count(*) FILTER (WHERE coalesce(first_images, 0) > 0) AS saw_an_image,
    count(*) FILTER (WHERE coalesce(openings, 0) = 0) AS never_opened
FROM released
LEFT JOIN since ON since.study_instance_uid = released.study_instance_uid
GROUP BY released.department
ORDER BY released.department
