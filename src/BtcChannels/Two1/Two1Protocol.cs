using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>The numbers of 21's protocol, as two1 3.10.8 has them. What a merchant asks for himself is his policy's.</summary>
public static class Two1Protocol
{
    /// <summary>What a client compares exactly.</summary>
    public const int Version = 2;

    /// <summary>Where 21's server keeps its channels on a host, by default.</summary>
    public const string DefaultPath = "/payment";

    /// <summary>The last expiry whose four bytes mean the same in 21's script and to consensus: 2^31 - 1, in 2038.</summary>
    public const uint LastExpiry = int.MaxValue;

    /// <summary>What 21's client pays the miners of deposit and close each, satoshi; 21's server takes no less since May 2017.</summary>
    public static readonly Money DefaultFee = Money.Satoshis(125_000L);

    /// <summary>The least that both outputs of a payment are worth, satoshi.</summary>
    public static readonly Money MinOutput = Money.Satoshis(3_000L);

    /// <summary>What 21's client funds a channel with by itself, satoshi: <see cref="MinOutput"/> and the fee come on top.</summary>
    public static readonly Money DefaultDeposit = Money.Satoshis(100_000L);

    /// <summary>The least that a channel lasts: 4 days. 21's server takes a second less.</summary>
    public static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(345_600);

    /// <summary>How long 21's client opens a channel for by itself: 8 days.</summary>
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(691_200);

    /// <summary>How long before expiry 21's server closes: 3 days.</summary>
    public static readonly TimeSpan CloseMargin = TimeSpan.FromSeconds(259_200);

    /// <summary>How long after expiry 21's client sends its refund.</summary>
    public static readonly TimeSpan RefundDelay = TimeSpan.FromSeconds(5_400);
}

/// <summary>Header fields of a priced resource.</summary>
public static class Two1Headers
{
    /// <summary>Decimal satoshi.</summary>
    public const string Price = "Price";

    /// <summary>The base of all calls: scheme, host, port and path.</summary>
    public const string Server = "Bitcoin-Payment-Channel-Server";

    /// <summary>The id of a half-signed payment, 64 digits of hex.</summary>
    public const string Token = "Bitcoin-Payment-Channel-Token";
}

/// <summary>Names of fields in requests, forms and JSON alike, and in answers.</summary>
public static class Two1Fields
{
    public const string DepositTransaction = "deposit_tx";
    public const string RedeemScript = "redeem_script";
    public const string PaymentTransaction = "payment_tx";
    public const string Signature = "signature";

    public const string PublicKey = "public_key";
    public const string Version = "version";
    public const string ZeroConfirmation = "zeroconf";
    public const string DepositId = "deposit_txid";
    public const string PaymentId = "payment_txid";
    public const string Status = "status";
    public const string Balance = "balance";

    /// <summary>The expiry itself, UNIX seconds, in spite of its name.</summary>
    public const string Expiry = "time_left";
}
