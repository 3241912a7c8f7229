-- what: the rights of the user that the service signs in as on the target, one row, nulls where there is no such role
-- since: 110000
-- privilege: none
-- columns: user_exists, can_create_role, can_create_db, is_admin, may_signal, may_read_settings, may_read_stats, may_scan_tables, other_memberships, public_owner, owns_public
-- names: other_memberships, public_owner
SELECT u.oid IS NOT NULL AS user_exists,
       u.rolcreaterole AS can_create_role,
       u.rolcreatedb AS can_create_db,
       EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'azure_pg_admin' AND pg_has_role(u.oid, g.oid, 'MEMBER')) AS is_admin,
       pg_has_role(u.oid, 'pg_signal_backend', 'MEMBER') AS may_signal,
       pg_has_role(u.oid, 'pg_read_all_settings', 'MEMBER') AS may_read_settings,
       pg_has_role(u.oid, 'pg_read_all_stats', 'MEMBER') AS may_read_stats,
       pg_has_role(u.oid, 'pg_stat_scan_tables', 'MEMBER') AS may_scan_tables,
       ARRAY(SELECT g.rolname::text
             FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
             WHERE m.member = u.oid AND g.rolname NOT LIKE 'pg\_%' AND g.rolname NOT LIKE 'azure%'
               -- Since 16, the creator of a role becomes its member with only the ADMIN option.
               AND NOT (m.admin_option AND m.grantor IN (10, m.member))
             ORDER BY 1 LIMIT 50) AS other_memberships,
       (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE n.nspname = 'public') AS public_owner,
       (SELECT pg_has_role(u.oid, n.nspowner, 'MEMBER') FROM pg_namespace n WHERE n.nspname = 'public') AS owns_public
FROM (SELECT 1) one
LEFT JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
