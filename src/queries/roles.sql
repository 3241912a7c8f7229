-- what: every role with the attributes that decide what it may do
-- since: 90400
-- privilege: none
-- columns: name, oid, is_superuser, bypasses_row_security, replication, can_login
SELECT rolname AS name,
       oid::bigint AS oid,
       rolsuper AS is_superuser,
       false AS bypasses_row_security,
       rolreplication AS replication,
       rolcanlogin AS can_login
FROM pg_roles
ORDER BY oid
