-- A start reads the names of all channels whose deposit is mined, and of the few others everything: each off an index that has just those.
DROP INDEX channel_unsettled;
CREATE INDEX channel_mined ON channel (id) WHERE is_settled = 0 AND deposit_height IS NOT NULL;
CREATE INDEX channel_unmined ON channel (id) WHERE is_settled = 0 AND deposit_height IS NULL;

-- And, for payments, what is open.
CREATE INDEX channel_open ON channel (payout_index) WHERE state = 'open';
