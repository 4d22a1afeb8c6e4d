using System.Globalization;
using NBitcoin;
using NBXplorer.DerivationStrategy;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// Has NBXplorer track a wallet's account: as many addresses as are wanted, where by itself it would track some 30 beyond the last one used. What came before that it does not
/// know, and what waits in the mempool at that moment it would not notice when it is mined either: so the node's unspent outputs are looked through, at first and after new
/// blocks until nothing of then can be waiting any more. How far that is, is noted with the account at NBXplorer itself.
/// </summary>
internal sealed class NBXplorerAccounts(TimeProvider time)
{
    private const string NoteName = "btcchannels-scanned";

    // Two weeks and some: what a node keeps in its mempool (-mempoolexpiry).
    private const int MempoolBlocks = 2_100;

    // So that the next look for a few addresses more does not begin all over.
    private const int Growth = 2;

    // A small chain is looked through at once, the main one's outputs in a minute.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    public static DerivationStrategyBase SchemeOf(NBXplorerCall call, AccountKey account) => call.Client.Network.DerivationStrategyFactory.CreateDirectDerivationStrategy(
        account.PublicKey, new DerivationStrategyOptions { ScriptPubKeyType = account.Purpose == WalletPurpose.Bip84 ? ScriptPubKeyType.Segwit : ScriptPubKeyType.Legacy });

    /// <summary>Returns when all coins of these addresses that stand in blocks are known to NBXplorer.</summary>
    /// <param name="height">How far it is.</param>
    public async Task TrackAsync(NBXplorerCall call, DerivationStrategyBase scheme, IReadOnlyList<AddressRange> ranges, int height)
    {
        var note = Note.Read(await call.Client.GetMetadataAsync<string>(scheme, NoteName, call.Token));
        var (receiving, change) = (Grow(note.Receiving, Wanted(ranges, AddressPath.Receiving)), Grow(note.Change, Wanted(ranges, AddressPath.Change)));
        if (receiving > note.Receiving || change > note.Change)
        {
            // The given number is generated beyond what there is.
            TrackDerivationOption[] options =
            [
                new() { Feature = DerivationFeature.Deposit, MinAddresses = receiving - note.Receiving }, new() { Feature = DerivationFeature.Change, MinAddresses = change - note.Change },
            ];
            await call.Client.TrackAsync(scheme, new TrackWalletRequest { DerivationOptions = options, Wait = true }, call.Token);
            note = new Note(receiving, change, TrackedAt: height, ScannedAt: null);
        }
        if (note.ScannedAt is { } scanned && (scanned >= height || scanned >= note.TrackedAt + MempoolBlocks)) return;
        await ScanAsync(call, scheme, Math.Max(receiving, change));
        await call.Client.SetMetadataAsync(scheme, NoteName, (note with { ScannedAt = height }).ToString(), call.Token);
    }

    private async Task ScanAsync(NBXplorerCall call, DerivationStrategyBase scheme, int addresses)
    {
        while (!await TryBeginAsync(call, scheme, addresses)) await Task.Delay(s_longestPause, time, call.Token);
        for (var pause = s_firstPause; ; pause = pause < s_longestPause ? pause * 2 : s_longestPause)
        {
            var scan = await call.Client.GetScanUTXOSetInformationAsync(scheme, call.Token) ?? throw new ChainUnavailableException("NBXplorer was restarted while it looked through the unspent outputs: repeat it");
            if (scan.Status == ScanUTXOStatus.Complete) return;
            if (scan.Status == ScanUTXOStatus.Error) throw new ChainUnavailableException($"NBXplorer could not look through the unspent outputs ({scan.Error}): repeat it");
            await Task.Delay(pause, time, call.Token);
        }
    }

    /// <returns>False while another look for the same account goes on, which may be one for fewer addresses.</returns>
    private static async Task<bool> TryBeginAsync(NBXplorerCall call, DerivationStrategyBase scheme, int addresses)
    {
        try
        {
            // All in one go: each batch is a look through everything.
            await call.Client.ScanUTXOSetAsync(scheme, addresses, addresses, 0, call.Token);
            return true;
        }
        catch (NBXplorerException e) when (e.Error.Code == "scanutxoset-in-progress")
        {
            return false;
        }
    }

    private static int Wanted(IReadOnlyList<AddressRange> ranges, uint chain) => ranges.Where(range => range.Chain == chain).Select(range => range.Count).DefaultIfEmpty().Max();

    private static int Grow(int known, int wanted) => wanted <= known ? known : checked(wanted * Growth);

    /// <summary>What was done for an account.</summary>
    /// <param name="Receiving">So many addresses are tracked.</param>
    /// <param name="Change">The same.</param>
    /// <param name="TrackedAt">The height at which the last of them came to it.</param>
    /// <param name="ScannedAt">The height at which all of them were last looked for; null for never.</param>
    private sealed record Note(int Receiving, int Change, int TrackedAt, int? ScannedAt)
    {
        /// <summary>Nothing for null, and for what another program wrote.</summary>
        public static Note Read(string? text)
        {
            int[] numbers = [.. (text ?? "").Split('/').Select(it => int.TryParse(it, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
            return numbers is [>= 0, >= 0, >= 0, >= 0] ? new Note(numbers[0], numbers[1], numbers[2], numbers[3]) : new Note(0, 0, 0, null);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Receiving}/{Change}/{TrackedAt}/{ScannedAt}");
    }
}
