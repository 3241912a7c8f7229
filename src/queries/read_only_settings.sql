-- what: where default_transaction_read_only is set for a database, a role, or a role in a database, null stands for all
-- since: 90400
-- privilege: none
-- columns: database, role, value
-- names: database, role
SELECT d.datname AS database,
       r.rolname AS role,
       substring(c.setting FROM '=(.*)') AS value
FROM pg_db_role_setting s
CROSS JOIN LATERAL unnest(s.setconfig) AS c(setting)
LEFT JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE split_part(c.setting, '=', 1) = 'default_transaction_read_only'
ORDER BY d.datname, r.rolname
