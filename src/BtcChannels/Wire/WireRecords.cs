namespace BtcChannels.Wire;

/// <summary>Answer to <c>POST /channels/v1/offers</c>. See docs/http-api.md for each field.</summary>
public sealed record OfferAnswer(
    string Offer, string Genesis, string Kind, string MerchantKey, long CloseFeeSat, long MinDepositSat, long MaxDepositSat,
    long MinExpiry, long MaxExpiry, int Confirmations, long Deadline);

/// <summary>Body of <c>POST /channels/v1/channels</c>.</summary>
public sealed record OpenBody(string Offer, string Deposit, string CustomerKey, long Expiry, string CustomerScript);

/// <summary>Answer to it: facts that never change, so that the same request has the same answer.</summary>
public sealed record OpenAnswer(string Channel, string PayoutScript, long CapacitySat, long CloseFeeSat, long Expiry, int Confirmations, long MinPaymentSat);

/// <summary>Body of <c>POST /channels/v1/channels/{id}/payments</c>.</summary>
public sealed record PaymentBody(long TotalSat, string Signature);

/// <summary>Answer to it.</summary>
public sealed record PaymentAnswer(string Channel, long TotalSat, long SpentMsat, long RemainingSat);

/// <summary>Answer to <c>GET /channels/v1/channels/{id}</c>.</summary>
public sealed record StatusAnswer(
    string Channel, string State, string PayoutScript, long CapacitySat, long CloseFeeSat, long Expiry, long? PaymentsUntil, int Confirmations, int? DepositHeight,
    long AuthorizedSat, long SpentMsat, string? Signature, string? CloseTxid, SpendAnswer? Spend);

/// <summary>The transaction in the chain that spent the deposit.</summary>
public sealed record SpendAnswer(string Txid, int Height, long ToMerchantSat, long ToCustomerSat, bool Buried);

/// <summary>Body of <c>POST /channels/v1/channels/{id}/close</c>: both fields, or neither.</summary>
public sealed record CloseBody(long? TotalSat = null, string? Signature = null);

/// <summary>Answer to it.</summary>
public sealed record CloseAnswer(string Channel, string CloseTxid, long ToMerchantSat, long ToCustomerSat, long FeeSat);

/// <summary>A refusal (RFC 9457). Other members are ignored.</summary>
public sealed record ProblemAnswer(string? Type = null, string? Title = null, int? Status = null, string? Detail = null);
