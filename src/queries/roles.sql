-- what: every role with the attributes that decide what it may do, and whether the migration user has its rights
-- since: 90400
-- privilege: none
-- columns: name, oid, is_superuser, bypasses_row_security, replication, can_login, inherits, user_has
-- names: name
SELECT r.rolname AS name,
       r.oid::bigint AS oid,
       r.rolsuper AS is_superuser,
       false AS bypasses_row_security,
       r.rolreplication AS replication,
       r.rolcanlogin AS can_login,
       r.rolinherit AS inherits,
       (SELECT pg_has_role(u.oid, r.oid, 'USAGE')
        FROM pg_roles u WHERE u.rolname = current_setting('flexready.migration_user')) AS user_has
FROM pg_roles r
ORDER BY r.oid
