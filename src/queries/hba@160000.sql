-- what: the lines of pg_hba.conf for network connections, in order, never their options, which may hold secrets
-- since: 160000
-- privilege: EXECUTE on pg_hba_file_rules() and SELECT on pg_hba_file_rules in a database that does not migrate, such as `postgres`, which `--source` then names (superusers have both)
-- columns: file, line, kind, databases, users, address, netmask, method, is_broken, total
-- names: file, databases, users, address (host)
SELECT regexp_replace(file_name, '^.*[/\\]', '') AS file,
       line_number AS line,
       type AS kind,
       database AS databases,
       user_name AS users,
       address,
       netmask,
       auth_method AS method,
       error IS NOT NULL AS is_broken,
       count(*) OVER () AS total
FROM pg_hba_file_rules
WHERE type IS DISTINCT FROM 'local'
ORDER BY rule_number NULLS FIRST, file_name, line_number
LIMIT 1000
