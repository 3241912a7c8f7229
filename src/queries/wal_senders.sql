-- what: how many WAL senders are at work
-- since: 90400
-- privilege: none
-- columns: in_use
-- names: none
SELECT count(*) AS in_use FROM pg_stat_replication
