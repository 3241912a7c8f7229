-- what: how many large objects the migration user cannot read, by owner
-- since: 90400
-- privilege: none
-- columns: owner, objects
-- names: owner
SELECT pg_get_userbyid(m.lomowner) AS owner,
       count(*) AS objects
FROM pg_largeobject_metadata m
JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
WHERE NOT u.rolsuper
  AND current_setting('lo_compat_privileges') = 'off'
  AND NOT pg_has_role(u.oid, m.lomowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) a
                  WHERE a.privilege_type = 'SELECT'
                    AND (a.grantee = 0 OR pg_has_role(u.oid, a.grantee, 'USAGE')))
GROUP BY m.lomowner
ORDER BY 1
