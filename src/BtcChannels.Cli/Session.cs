using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>A command at work: the customer, and where to say what came of it.</summary>
internal sealed record Session(Customer Customer, Output Output, TimeProvider Clock, Network Network)
{
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
