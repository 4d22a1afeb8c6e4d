using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>What a merchant has to be told. <see cref="Origin"/> and <see cref="DataFolder"/> have no sensible default.</summary>
public sealed class BtcChannelsOptions
{
    /// <summary>Default main.</summary>
    public Network Network { get; set; } = Network.Main;

    /// <summary>The folder of seed and store, made where it is missing. A backup of the merchant is a backup of both.</summary>
    public string DataFolder { get; set; } = "";

    /// <summary>
    /// What customers call this merchant: scheme, host and port, such as <c>https://shop.example</c>. Customers sign it; it is never taken from
    /// a request.
    /// </summary>
    public string Origin { get; set; } = "";

    /// <summary>The merchant's own node. Needs neither wallet nor txindex.</summary>
    public BitcoindOptions Node { get; set; } = new(new Uri("http://127.0.0.1:8332"));

    /// <summary>What is asked of channels. Default: the network's, <see cref="MerchantPolicy.For"/>.</summary>
    public MerchantPolicy? Policy { get; set; }

    /// <summary>How often the clock is looked at while no block comes. Default 10 seconds.</summary>
    public TimeSpan ClockInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many channels are closed at most in one look at the clock, at least 1. Default 1,000: 100 a second. Where more reach the margin together, closing
    /// begins so much earlier, an hour at most.
    /// </summary>
    public int ClosesPerRound { get; set; } = 1_000;

    /// <summary>How much is taken from whom.</summary>
    public RequestLimits Limits { get; set; } = new();

    internal MerchantPolicy EffectivePolicy => Policy ?? MerchantPolicy.For(Network);

    /// <exception cref="ArgumentException">A setting is missing or wrong.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(DataFolder)) throw new ArgumentException("BtcChannels: DataFolder is missing");
        if (!Uri.TryCreate(Origin, UriKind.Absolute, out var origin) || origin.Scheme is not ("http" or "https") || origin.UserInfo.Length > 0 || origin.GetLeftPart(UriPartial.Authority) != Origin)
            throw new ArgumentException($"BtcChannels: Origin has to be scheme, host and port in lower case, such as https://shop.example, and is '{Origin}'");
        if (ClockInterval <= TimeSpan.Zero) throw new ArgumentException("BtcChannels: ClockInterval has to be above zero");
        if (ClosesPerRound < 1) throw new ArgumentException("BtcChannels: ClosesPerRound is at least 1");
        Limits.Validate();
        Node.Validate();
        EffectivePolicy.Validate();
    }
}
