-- what: publications and subscriptions of this database, and whether a publication takes whole schemas
-- since: 100000
-- privilege: none
-- columns: kind, name, takes_all, is_enabled, total
-- names: name
SELECT r.kind, r.name::text AS name, r.takes_all, r.is_enabled, count(*) OVER () AS total
FROM (SELECT 'publication' AS kind, p.pubname AS name, p.puballtables AS takes_all, NULL::boolean AS is_enabled
      FROM pg_publication p
      UNION ALL
      SELECT 'subscription', s.subname, NULL, s.subenabled
      FROM pg_subscription s
      WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) r
ORDER BY r.kind, r.name
LIMIT 200
