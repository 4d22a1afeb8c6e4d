using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What a customer is made of. Only the first two have to be given; opening channels needs <see cref="Funding"/> too.</summary>
public sealed record CustomerOptions
{
    /// <summary>Where channels, refunds and the seed are kept. Made where it is missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The network, as a node of the customer's trust sees it.</summary>
    public required IChain Chain { get; init; }

    /// <summary>
    /// Where deposits come from, as long as the customer has no wallet of his own (<see cref="Customer.Wallet"/>); null for a customer who opens no channels without.
    /// </summary>
    public DepositFunding? Funding { get; init; }

    /// <summary>Finds the coins of the customer's own wallet, and deposits of channels that are restored; null for a customer who has neither. Of the same backend as <see cref="Chain"/>.</summary>
    public ICoinFinder? Coins { get; init; }

    /// <summary>
    /// Where the encrypted backup of each channel is written before its deposit is shown to anybody; null for the folder <c>backups</c> in <see cref="DataFolder"/>. What
    /// is to survive the loss of this disk has to lie on another.
    /// </summary>
    public string? BackupFolder { get; init; }

    /// <summary>What is accepted of merchants.</summary>
    public CustomerPolicy Policy { get; init; } = new();

    /// <summary>How channels at two1 doors are opened.</summary>
    public Two1Options Two1 { get; init; } = new();

    /// <summary>How long one call goes on trying while a merchant does not answer or says that it is too early. Default 30 seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one request may take. Default 10 seconds.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many payments of a <see cref="StreamingChannel"/> may be signed and without an answer, at least 1. Default 256.</summary>
    public int StreamWindow { get; init; } = 256;

    /// <summary>How deep a close or refund has to lie to be final, at least 1. Default 6.</summary>
    public int BuriedAt { get; init; } = 6;

    /// <summary>How long to wait while another process uses the store.</summary>
    public TimeSpan LockWait { get; init; } = CustomerStore.DefaultLockWait;

    /// <summary>Carries the requests to merchants; null for <see cref="MerchantConnection.NewHandler"/>. Disposed of by its owner.</summary>
    public HttpMessageHandler? Handler { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hears of what happens to channels, from whatever thread. It must not throw.</summary>
    public Action<CustomerNotice>? Notify { get; init; }

    /// <summary>Called before each write to the store and after it: where tests end the process.</summary>
    internal Action? AroundWrites { get; init; }

    internal Network Network => Chain.Network;

    internal BackupFolder Backups => new(BackupFolder ?? Path.Combine(DataFolder, Storage.BackupFolder.DefaultName));

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(DataFolder)) throw new ArgumentException("A customer needs a data folder");
        if (Patience < TimeSpan.Zero) throw new ArgumentException("Patience is not negative");
        if (RequestTimeout <= TimeSpan.Zero) throw new ArgumentException("RequestTimeout is above zero");
        if (StreamWindow < 1) throw new ArgumentException("StreamWindow is at least 1");
        Two1.Validate();
        if (BuriedAt < 1) throw new ArgumentException("BuriedAt is at least 1");
    }
}

/// <summary>Something that happened to a customer's channels.</summary>
public abstract record CustomerNotice
{
    private CustomerNotice() { }

    /// <summary>A channel was added, or its state, deposit or refund changed. Payments are not told.</summary>
    public sealed record Changed(CustomerChannel? Before, CustomerChannel After) : CustomerNotice;

    /// <summary>A transaction was sent to the network.</summary>
    public sealed record Broadcast(CustomerChannel Channel, Transaction Transaction, BroadcastOutcome Outcome) : CustomerNotice;

    /// <summary>Node, merchant, wallet or store is not to be had. What was to be done is done later.</summary>
    public sealed record Trouble(string Message) : CustomerNotice;
}
