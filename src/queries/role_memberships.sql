-- what: the roles that the migration user is a member of, directly or through others, its own name first
-- since: 90400
-- privilege: none
-- columns: role
-- names: role
WITH RECURSIVE member AS (
  SELECT oid FROM pg_roles WHERE rolname = current_setting('flexready.migration_user')
  UNION
  SELECT m.roleid FROM pg_auth_members m JOIN member ON m.member = member.oid)
SELECT r.rolname AS role
FROM pg_roles r
JOIN member ON member.oid = r.oid
ORDER BY r.rolname <> current_setting('flexready.migration_user'), r.rolname
