using System.Text.Json.Serialization;
using BtcChannels.Wire;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>All amounts are satoshi, those that end in <c>Msat</c> thousandths of it; times UNIX seconds.</summary>
internal sealed record StatsAnswer(
    string Network, string Origin, long Time, int? Height, long? ChainSilence, bool IsDraining, IReadOnlyList<StateAnswer> States, long DepositsSat, long AuthorizedSat, long SpentMsat, long SettledSat,
    long Customers, long Alarms);

/// <param name="State">Such as <c>open</c>.</param>
internal sealed record StateAnswer(string State, long Channels, long DepositsSat, long AuthorizedSat);

/// <param name="Channels">In the order in which they were opened.</param>
/// <param name="Next">What <c>after</c> has to be for the next ones; null where these were the last.</param>
internal sealed record ChannelsAnswer(IReadOnlyList<ChannelAnswer> Channels, uint? Next);

/// <param name="Writes">How often it was changed, by payments too.</param>
internal sealed record ChannelAnswer(
    string Id, string State, string CustomerKey, uint Expiry, long DepositSat, long CapacitySat, long CloseFeeSat, int? DepositHeight, long AuthorizedSat, long SpentMsat, long ReservedMsat, bool IsHeld, uint PayoutIndex,
    long Writes, string? AbandonReason, CloseOfAnswer? Close, SpendOfAnswer? Spend)
{
    /// <summary>What became of it, oldest first; only where it alone was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HistoryAnswer>? History { get; init; }

    public static ChannelAnswer Of(MerchantChannel it)
    {
        var close = it.State.Prepared;
        return new(
            it.Id.ToString(), Slug.Of(it.State), Hex.Write(it.Terms.CustomerKey.ToBytes()), it.Terms.Expiry.Value, it.Deposit.Value.Satoshi, it.Capacity.Satoshi, it.Terms.CloseFee.Satoshi, it.DepositHeight,
            it.Balance.Authorized.Satoshi, it.Balance.Spent.Value, it.Balance.Reserved.Total.Value, it.IsHeld, it.PayoutIndex, it.Version,
            it.State is MerchantState.Abandoned abandoned ? Slug.Of(abandoned.Reason) : null,
            close is null ? null : new(close.Transaction.GetHash().ToString(), close.Payment.Total.Satoshi),
            it.State.Spent is { } spend ? new(spend.Txid.ToString(), spend.Height, spend.ToMerchant.Satoshi, spend.ToCustomer.Satoshi, spend.IsBuried) : null);
    }
}

/// <param name="Kind">Such as <c>first-payment</c>.</param>
/// <param name="Height">The tip's then.</param>
internal sealed record HistoryAnswer(string Kind, long Time, int? Height, long? AmountSat, string? Detail)
{
    public static HistoryAnswer Of(HistoryNote it) => new(Slug.Of(it.Kind), it.Time, it.Height, it.Amount?.Satoshi, it.Detail);
}

/// <summary>The close that was made.</summary>
internal sealed record CloseOfAnswer(string Txid, long TotalSat);

/// <summary>What the chain says.</summary>
internal sealed record SpendOfAnswer(string Txid, int Height, long ToMerchantSat, long ToCustomerSat, bool IsBuried);

/// <param name="Channels">How many are to be closed.</param>
internal sealed record ClosingAnswer(int Channels);

internal sealed record DrainAnswer(bool IsDraining);

/// <param name="From">They expire from then on.</param>
/// <param name="Until">And before that.</param>
internal sealed record RiskAnswer(long From, long Until, long Channels, long AuthorizedSat);

/// <param name="Level"><c>error</c> or <c>critical</c>.</param>
/// <param name="Number">Of the log's line.</param>
internal sealed record AlarmAnswer(long Time, string Level, int Number, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatsAnswer))]
[JsonSerializable(typeof(ChannelsAnswer))]
[JsonSerializable(typeof(ChannelAnswer))]
[JsonSerializable(typeof(ClosingAnswer))]
[JsonSerializable(typeof(DrainAnswer))]
[JsonSerializable(typeof(IReadOnlyList<RiskAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<AlarmAnswer>))]
internal sealed partial class AdminJson : JsonSerializerContext;
