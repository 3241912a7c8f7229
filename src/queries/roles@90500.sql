-- what: every role with the attributes that decide what it may do
-- since: 90500
-- privilege: none
-- columns: name, oid, is_superuser, bypasses_row_security, replication, can_login
SELECT rolname AS name,
       oid::bigint AS oid,
       rolsuper AS is_superuser,
       rolbypassrls AS bypasses_row_security,
       rolreplication AS replication,
       rolcanlogin AS can_login
FROM pg_roles
ORDER BY oid
