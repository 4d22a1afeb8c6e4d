-- The newest signature went to a priced address, as a voucher: what of it is not spent is credit, and it is never sent as a payment.
ALTER TABLE channel ADD COLUMN is_voucher INTEGER NOT NULL DEFAULT 0 CHECK (is_voucher = 0 OR (is_voucher = 1 AND signature IS NOT NULL));
