-- what: open transactions of clients, oldest first, and sessions of other roles whose transaction is not shown have no seconds
-- since: 100000
-- privilege: membership in pg_read_all_stats or pg_monitor (10 and newer), or SUPERUSER
-- columns: process, role, database, application, state, seconds, has_written, total, hidden
-- names: role, database, application
SELECT pid AS process,
       usename::text AS role,
       datname::text AS database,
       application_name AS application,
       state,
       extract(epoch FROM clock_timestamp() - xact_start)::bigint AS seconds,
       backend_xid IS NOT NULL AS has_written,
       count(*) OVER () AS total,
       count(*) FILTER (WHERE xact_start IS NULL) OVER () AS hidden
FROM pg_stat_activity
WHERE pid <> pg_backend_pid()
  AND usename IS NOT NULL
  AND pid NOT IN (SELECT pid FROM pg_stat_replication)
  AND (xact_start IS NOT NULL OR state IS NULL OR state = 'disabled')
  AND coalesce(backend_type, 'client backend') = 'client backend'
ORDER BY xact_start NULLS LAST, pid
LIMIT 200
