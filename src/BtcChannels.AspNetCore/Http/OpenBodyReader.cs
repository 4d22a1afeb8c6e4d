using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.AspNetCore.Http;

/// <summary>Turns the body of a request to open into what it means, or says what is wrong with it. Exact: what would be written back differently is refused.</summary>
internal static class OpenBodyReader
{
    private const int MaxScriptBytes = 10_000;   // consensus; what is standard is judged later

    /// <param name="body">As it came.</param>
    /// <param name="seal">Of the offers.</param>
    /// <param name="network">The merchant's.</param>
    /// <param name="deposit">The name that this field has for the customer.</param>
    /// <param name="customerScript">The name that that one has.</param>
    public static (OpenRequest? Request, OpenRefusal? Refusal) Read(OpenBody body, OfferSeal seal, Network network, string deposit = "deposit", string customerScript = "customerScript")
    {
        if (ReadTransaction(body.Deposit, network) is not { } transaction) return Malformed($"{deposit} has to be one raw transaction in lower-case hex, within consensus");
        if (!Hex.TryParse(body.CustomerKey, out var keyBytes) || keyBytes.Length != 33 || !PubKey.TryCreatePubKey(keyBytes, out var key))
            return Malformed("customerKey has to be a compressed public key in lower-case hex");
        if (body.Expiry is < 1 or > uint.MaxValue) return Malformed("expiry has to be 1 to 4294967295");
        if (!Hex.TryParse(body.CustomerScript, out var script) || script.Length is 0 or > MaxScriptBytes) return Malformed($"{customerScript} has to be a script in lower-case hex");
        if (!seal.TryRead(body.Offer, out var offer)) return (null, new(OpenRejection.OfferForeign));
        return (new(offer, transaction, key, new Expiry((uint)body.Expiry), new Script(script)), null);
    }

    private static Transaction? ReadTransaction(string hex, Network network)
    {
        if (!Hex.TryParse(hex, out _) || !Transaction.TryParse(hex, network, out var transaction)) return null;
        return transaction.ToHex() == hex && transaction.Check() == TransactionCheckResult.Success ? transaction : null;
    }

    private static (OpenRequest?, OpenRefusal?) Malformed(string what) => (null, new(OpenRejection.Malformed, what));
}
