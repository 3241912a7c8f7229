-- what: whether this server is one of Azure's, and its roles that sign in with Microsoft Entra (never a label's text)
-- since: 90400
-- privilege: none
-- columns: is_azure, roles, total
-- names: roles
WITH entra AS (
  SELECT r.rolname::text AS name
  FROM pg_roles r
  WHERE EXISTS (SELECT FROM pg_shseclabel l
                WHERE l.classoid = 'pg_authid'::regclass AND l.objoid = r.oid AND l.provider = 'pgaadauth')
     OR EXISTS (SELECT FROM pg_auth_members m
                JOIN pg_roles g ON g.oid = m.roleid
                WHERE m.member = r.oid AND g.rolname IN ('azure_ad_user', 'azure_ad_mfa')))
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'azure_pg_admin') AS is_azure,
       ARRAY(SELECT e.name FROM entra e ORDER BY 1 LIMIT 200) AS roles,
       (SELECT count(*) FROM entra) AS total
