-- what: how many large objects the migration user cannot read, by owner
-- since: 180000
-- privilege: none
-- columns: owner, objects
-- names: owner
SELECT pg_get_userbyid(m.lomowner) AS owner,
       count(*) AS objects
FROM pg_largeobject_metadata m
JOIN pg_roles u ON u.rolname = current_setting('flexready.migration_user')
WHERE NOT has_largeobject_privilege(u.oid, m.oid, 'SELECT')
GROUP BY m.lomowner
ORDER BY 1
