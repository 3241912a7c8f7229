-- what: transactions that are prepared and wait for their second phase, of all databases
-- since: 90500
-- privilege: none
-- columns: gid, database, owner, minutes, total
-- names: gid, database, owner
SELECT p.gid, p.database::text AS database, p.owner::text AS owner,
       floor(extract(epoch FROM now() - p.prepared) / 60)::bigint AS minutes, count(*) OVER () AS total
FROM pg_prepared_xacts p
ORDER BY p.prepared, p.gid
LIMIT 200
