-- what: what each database gives to what is made in it: encoding, locale with its version, tablespace
-- since: 170000
-- privilege: none
-- columns: name, encoding, collation, ctype, provider, locale, version, actual_version, tablespace
-- names: name, tablespace
SELECT d.datname AS name,
       pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collation,
       d.datctype AS ctype,
       d.datlocprovider::text AS provider,
       d.datlocale AS locale,
       d.datcollversion AS version,
       CASE WHEN d.datcollversion IS NOT NULL THEN pg_database_collation_actual_version(d.oid) END AS actual_version,
       t.spcname AS tablespace
FROM pg_database d
JOIN pg_tablespace t ON t.oid = d.dattablespace
ORDER BY d.datname
