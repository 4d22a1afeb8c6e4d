using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>A command at work: the customer, and where to say what came of it.</summary>
/// <param name="HasNodeWallet">Whether there is a node whose wallet deposits could come from.</param>
internal sealed record Session(Customer Customer, Output Output, TimeProvider Clock, Network Network, string DataFolder, bool HasNodeWallet)
{
    /// <summary>The customer's own wallet.</summary>
    /// <exception cref="UsageException">The command line names another.</exception>
    public CustomerWallet Wallet => Customer.Wallet ?? throw new UsageException("This is about the own wallet: leave --wallet away, which names one of the node's");

    /// <summary>The same, which was made before.</summary>
    /// <exception cref="UsageException">It was not.</exception>
    public async Task<CustomerWallet> MadeWalletAsync(CancellationToken ct) =>
        await Wallet.ExistsAsync(ct) ? Wallet : throw new UsageException("There is no wallet yet: 'btcchannels wallet new' makes it, 'btcchannels restore' brings one back from its words");

    /// <exception cref="UsageException">There is no wallet that deposits could come from.</exception>
    public async Task RequireFundingAsync(CancellationToken ct)
    {
        if (!HasNodeWallet && !await Wallet.ExistsAsync(ct))
            throw new UsageException("With --nbxplorer deposits come from the own wallet, and there is none yet: 'btcchannels wallet new' makes it, 'btcchannels restore' brings one back from its words");
    }

    /// <summary>The channel whose name begins so.</summary>
    /// <exception cref="UsageException">None does, or several do.</exception>
    public async Task<CustomerChannel> FindAsync(string prefix, CancellationToken ct)
    {
        var found = (await Customer.ListAsync(ct)).Where(channel => channel.Id.ToString().StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new UsageException($"No channel's id begins with '{prefix}': see 'btcchannels list --all'"),
            _ => throw new UsageException($"{found.Count} channels' ids begin with '{prefix}': give more of it"),
        };
    }
}
