-- what: the connections to each database, those of the migration user among them, and what limits that user
-- since: 100000
-- privilege: none
-- columns: database, in_use, of_user, user_limit, user_is_superuser
-- names: database
-- backend_type is null without the privilege to read it. Server workers are then counted too.
SELECT d.datname AS database,
       count(a.pid) AS in_use,
       count(CASE WHEN a.usename = current_setting('flexready.migration_user') THEN 1 END) AS of_user,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_setting('flexready.migration_user')) AS user_limit,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_setting('flexready.migration_user')) AS user_is_superuser
FROM pg_database d
LEFT JOIN pg_stat_activity a ON a.datid = d.oid AND a.pid <> pg_backend_pid()
                            AND coalesce(a.backend_type, 'client backend') = 'client backend'
GROUP BY d.datname
ORDER BY d.datname
