-- what: the connections to each database, those of the migration user among them, and what limits that user
-- since: 90400
-- privilege: none
-- columns: database, in_use, of_user, user_limit, user_is_superuser
-- names: database
SELECT d.datname AS database,
       count(a.pid) AS in_use,
       count(CASE WHEN a.usename = current_setting('flexready.migration_user') THEN 1 END) AS of_user,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_setting('flexready.migration_user')) AS user_limit,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_setting('flexready.migration_user')) AS user_is_superuser
FROM pg_database d
LEFT JOIN pg_stat_activity a ON a.datid = d.oid AND a.pid <> pg_backend_pid()
GROUP BY d.datname
ORDER BY d.datname
