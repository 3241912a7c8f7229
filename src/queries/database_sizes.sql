-- what: the size of every database on disk, in bytes, null where this role may not see it
-- since: 90400
-- privilege: CONNECT on the database
-- columns: name, bytes
-- names: name
SELECT d.datname AS name,
       CASE WHEN d.datconnlimit <> -2 AND has_database_privilege(d.oid, 'CONNECT')
            THEN pg_database_size(d.oid) END AS bytes
FROM pg_database d
WHERE NOT d.datistemplate
ORDER BY d.datname
