-- what: tables with a hidden column oid
-- since: 90500
-- privilege: none
-- columns: object, total
-- names: object (text)
SELECT i.identity AS object, count(*) OVER () AS total
FROM pg_class c, LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) i
WHERE c.relhasoids AND is_user_object('pg_class', c.oid, c.relnamespace)
ORDER BY i.identity
LIMIT 200
