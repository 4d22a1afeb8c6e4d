using System.Text.Json;
using System.Text.Json.Serialization;
using BtcChannels.Client;
using BtcChannels.Wire;

namespace BtcChannels.Cli;

/// <summary>A channel as scripts see it. Amounts are satoshi, times UNIX seconds.</summary>
internal sealed record ChannelView(
    string Channel, string Merchant, string State, long CapacitySat, long AuthorizedSat, long AcknowledgedSat, long RemainingSat, long DepositSat, long CloseFeeSat,
    int? DepositHeight, int ConfirmationsWanted, long Expiry, string RefundTxid, string? CloseTxid, SpendAnswer? Spend, string? Two1Door = null)
{
    public static ChannelView Of(CustomerChannel channel)
    {
        var spend = channel.State switch { CustomerState.Closed it => it.Spend, CustomerState.Refunded it => it.Spend, _ => null };
        return new(
            channel.Id.ToString(), channel.Merchant, StateOf(channel), channel.Capacity.Satoshi, channel.Authorized.Satoshi, channel.Acknowledged.Satoshi,
            channel.Remaining.Satoshi, channel.Deposit.Value.Satoshi, channel.Terms.CloseFee.Satoshi, channel.DepositHeight, channel.Confirmations, channel.Terms.Expiry.Value,
            channel.Refund.GetHash().ToString(), (channel.State as CustomerState.Closing)?.CloseTxid?.ToString(),
            spend is null ? null : new SpendAnswer(spend.Txid.ToString(), spend.Height, spend.ToMerchant.Satoshi, spend.ToCustomer.Satoshi, spend.IsBuried),
            channel.Door is CustomerDoor.Two1 ? AddressOf(channel) : null);
    }

    /// <summary>The merchant's origin; at a two1 door that and the door's path.</summary>
    public static string AddressOf(CustomerChannel channel) => channel.Merchant + (channel.Door as CustomerDoor.Two1)?.Path;

    public static string StateOf(CustomerChannel channel) => channel.State.GetType().Name.ToLowerInvariant();
}

internal sealed record PaymentView(string Channel, long TotalSat, long RemainingSat, string? Token);

/// <summary>A token that is not known to be redeemed; without a request it was paid for by hand.</summary>
internal sealed record TokenView(string Token, long AmountSat, string? Method, string? Address);

internal sealed record StreamView(string Channel, long Payments, long PaidSat, long AuthorizedSat, long RemainingSat, double Seconds, double PaymentsPerSecond, string Ended, string? Why);

internal sealed record CloseView(string Channel, string State, string? CloseTxid, long? ToMerchantSat, long? ToCustomerSat, long? FeeSat);

internal sealed record RefundView(string Channel, string Txid, long AmountSat);

internal sealed record StatusView(ChannelView Channel, StatusAnswer? Merchant, string? MerchantSilence, TokenView[] Tokens);

internal sealed record NoticeView(string Notice, string? Channel, string? State, string? Txid, string? Outcome, string? Message)
{
    public static NoticeView Of(CustomerNotice notice) => notice switch
    {
        CustomerNotice.Changed it => new("changed", it.After.Id.ToString(), ChannelView.StateOf(it.After), null, null, null),
        CustomerNotice.Broadcast it => new("broadcast", it.Channel.Id.ToString(), null, it.Transaction.GetHash().ToString(), it.Outcome.GetType().Name, null),
        CustomerNotice.Trouble it => new("trouble", null, null, null, null, it.Message),
        _ => throw new System.Diagnostics.UnreachableException(notice.ToString()),
    };
}

/// <summary>The words are there only where they were asked for.</summary>
internal sealed record WalletView(bool IsNew, string? Words, string[] Descriptors);

internal sealed record AddressView(string Address, string Uri, uint Index);

internal sealed record BalanceView(long SpendableSat, long IncomingSat, long UnminedSat, long ImmatureSat, long TakenSat, long BeingSpentSat, long InChannelsSat);

internal sealed record SendView(string Txid, long PaidSat, long FeeSat);

/// <summary>What came of a backup: <c>restored</c>, <c>known</c>, <c>over</c> or <c>unreadable</c>.</summary>
internal sealed record RestoredView(string Result, string? Channel, string? State, long? AuthorizedSat, string Words)
{
    public static RestoredView Of(RestoredBackup it) => it switch
    {
        RestoredBackup.Restored restored => Of(restored, restored.Channel, "restored"),
        RestoredBackup.Known known => Of(known, known.Channel, "known"),
        RestoredBackup.Over over => new("over", over.Channel.Id.ToString(), null, null, over.ToString()),
        _ => new("unreadable", null, null, null, it.ToString()),
    };

    private static RestoredView Of(RestoredBackup it, CustomerChannel channel, string result) =>
        new(result, channel.Id.ToString(), ChannelView.StateOf(channel), channel.Authorized.Satoshi, it.ToString());
}

internal sealed record RestoreView(bool HasWallet, BalanceView? Balance, RestoredView[] Channels, string? Reservation);

/// <summary>What came of a request; what was paid is there where it was.</summary>
internal sealed record FetchView(int Status, long Bytes, string? File, ReceiptView? Receipt, RedeemedTokenView? Token);

internal sealed record RedeemedTokenView(string Channel, string Token, long AmountSat);

internal sealed record ReceiptView(string Channel, string ChallengeId, long AuthorizedSat, string SpentSat, long Units);

internal sealed record FailureView(string Error, int ExitCode, string? Problem);

/// <summary>The program's JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChannelView))]
[JsonSerializable(typeof(ChannelView[]))]
[JsonSerializable(typeof(PaymentView))]
[JsonSerializable(typeof(StreamView))]
[JsonSerializable(typeof(CloseView))]
[JsonSerializable(typeof(RefundView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(NoticeView))]
[JsonSerializable(typeof(WalletView))]
[JsonSerializable(typeof(AddressView))]
[JsonSerializable(typeof(BalanceView))]
[JsonSerializable(typeof(SendView))]
[JsonSerializable(typeof(RestoreView))]
[JsonSerializable(typeof(FetchView))]
[JsonSerializable(typeof(FailureView))]
internal sealed partial class CliJson : JsonSerializerContext;
