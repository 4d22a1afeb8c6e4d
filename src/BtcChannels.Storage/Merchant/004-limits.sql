-- What is bounded is counted off indexes that hold just that; payments on mined deposits touch neither.
CREATE INDEX channel_awaited ON channel (id) WHERE deposit_height IS NULL AND state IN ('pending', 'open');
CREATE INDEX channel_exposed ON channel (payout_index) WHERE deposit_height IS NULL AND is_settled = 0 AND is_paid = 1;
