-- what: the size of every database on disk, in bytes, null where this role may not see it
-- since: 100000
-- privilege: CONNECT on the database, or membership in pg_read_all_stats
-- columns: name, bytes
-- names: name
SELECT d.datname AS name,
       CASE WHEN d.datconnlimit <> -2
                 AND (has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE'))
            THEN pg_database_size(d.oid) END AS bytes
FROM pg_database d
WHERE NOT d.datistemplate
ORDER BY d.datname
