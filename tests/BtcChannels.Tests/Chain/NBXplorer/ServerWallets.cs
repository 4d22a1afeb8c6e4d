using NBitcoin;
using NBXplorer;
using NBXplorer.DerivationStrategy;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>The wallets that a replayed server tracks by their schemes: which addresses of theirs there are, what was noted with them, and how far looks for their coins are.</summary>
internal sealed class ServerWallets(SimulatedNode node, ServerIndex index, Func<long> now)
{
    // What it keeps ahead of the last address used.
    private const int Pool = 30;

    private static readonly NBXplorerNetwork s_network = new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC();

    private readonly Dictionary<string, Wallet> _wallets = [];
    private readonly Dictionary<string, Scan> _scans = [];

    /// <summary>The next look for coins ends with this.</summary>
    public string? Fault { get; set; }

    /// <summary>Null where it is not tracked.</summary>
    public Wallet? Find(string scheme) => _wallets.GetValueOrDefault(scheme);

    /// <param name="more">So many addresses beyond those that there are; nothing for a pool of its own size.</param>
    public Wallet Track(string scheme, IReadOnlyDictionary<DerivationFeature, int> more)
    {
        if (!_wallets.TryGetValue(scheme, out var wallet))
            _wallets.Add(scheme, wallet = new Wallet(scheme, (DirectDerivationStrategy)s_network.DerivationStrategyFactory.Parse(scheme)));
        foreach (var feature in (DerivationFeature[])[DerivationFeature.Deposit, DerivationFeature.Change])
            Generate(wallet, feature, more.TryGetValue(feature, out var count) ? Math.Max(count, wallet.Count(feature) == 0 ? Pool : 0) : wallet.Count(feature) == 0 ? Pool : 0);
        return wallet;
    }

    /// <summary>Looks through the node's unspent outputs. It is done when somebody asks for the second time.</summary>
    /// <returns>False while one goes on.</returns>
    public bool TryScan(string scheme, int gap)
    {
        if (_scans.TryGetValue(scheme, out var running) && !running.IsDone) return false;
        _scans[scheme] = new Scan(gap, now());
        return true;
    }

    public (string Status, string? Fault, long QueuedAt)? Progress(string scheme)
    {
        if (!_scans.TryGetValue(scheme, out var scan)) return null;
        if (Fault is { } fault)
        {
            (Fault, scan.IsDone) = (null, true);
            return ("Error", fault, scan.QueuedAt);
        }
        if (!scan.IsDone && scan.Asked++ > 0) Finish(scheme, scan);
        return (scan.IsDone ? "Complete" : "Queued", null, scan.QueuedAt);
    }

    /// <summary>What it keeps in memory alone.</summary>
    public void Restart() => _scans.Clear();

    private void Finish(string scheme, Scan scan)
    {
        scan.IsDone = true;
        var strategy = (DirectDerivationStrategy)s_network.DerivationStrategyFactory.Parse(scheme);
        var unspent = node.Best.SelectMany(it => it.Transactions).SelectMany(it => it.Outputs.Select((output, i) => (output.ScriptPubKey, OutPoint: new OutPoint(it, i))))
            .Where(it => node.FindUnspent(it.OutPoint, withMempool: false) is not null).ToLookup(it => it.ScriptPubKey, it => it.OutPoint);
        foreach (var feature in (DerivationFeature[])[DerivationFeature.Deposit, DerivationFeature.Change])
        {
            var line = strategy.Root.Derive((uint)feature);
            for (var (i, last) = (0, -1); i - last <= scan.Gap; i++)
            {
                var script = line.Derive((uint)i).PubKey.GetScriptPubKey(strategy.Segwit ? ScriptPubKeyType.Segwit : ScriptPubKeyType.Legacy);
                if (!unspent.Contains(script)) continue;
                last = i;
                var wallet = Track(scheme, new Dictionary<DerivationFeature, int>());
                Generate(wallet, feature, i + 1 - wallet.Count(feature));
                foreach (var outPoint in unspent[script]) index.Import(outPoint);
            }
        }
    }

    private void Generate(Wallet wallet, DerivationFeature feature, int count)
    {
        for (; count > 0; count--) index.Track(wallet.Add(feature), wallet.Source);
    }

    private sealed class Scan(int gap, long queuedAt)
    {
        public int Gap => gap;

        public long QueuedAt => queuedAt;

        public int Asked { get; set; }

        public bool IsDone { get; set; }
    }

    internal sealed class Wallet(string scheme, DirectDerivationStrategy strategy)
    {
        private readonly Dictionary<DerivationFeature, ExtPubKey> _lines = new() { [DerivationFeature.Deposit] = strategy.Root.Derive(0), [DerivationFeature.Change] = strategy.Root.Derive(1) };
        private readonly Dictionary<DerivationFeature, int> _counts = [];

        public string Scheme => scheme;

        public string Source => $"DERIVATIONSCHEME:{scheme}";

        public Dictionary<Script, (DerivationFeature Feature, int Index)> Keys { get; } = [];

        public Dictionary<string, string> Notes { get; } = [];

        public int Count(DerivationFeature feature) => _counts.GetValueOrDefault(feature);

        public Script Add(DerivationFeature feature)
        {
            var at = _counts[feature] = Count(feature) + 1;
            var script = _lines[feature].Derive((uint)at - 1).PubKey.GetScriptPubKey(strategy.Segwit ? ScriptPubKeyType.Segwit : ScriptPubKeyType.Legacy);
            Keys.Add(script, (feature, at - 1));
            return script;
        }
    }
}
