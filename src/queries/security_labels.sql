-- what: providers of security labels on objects of this database, with one object each, never the labels
-- since: 90500
-- privilege: none
-- columns: provider, labels, example, total
-- names: example (text)
SELECT l.provider, l.labels, pg_describe_object(l.classoid, l.objoid, l.objsubid) AS example, count(*) OVER () AS total
FROM (SELECT DISTINCT ON (s.provider) s.provider, s.classoid, s.objoid, s.objsubid,
             count(*) OVER (PARTITION BY s.provider) AS labels
      FROM pg_seclabel s
      WHERE is_user_object(s.classoid, s.objoid)
      ORDER BY s.provider, s.classoid, s.objoid, s.objsubid) l
ORDER BY l.provider
LIMIT 200
