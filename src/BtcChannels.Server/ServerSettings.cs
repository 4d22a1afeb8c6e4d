using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Server.Admin;
using BtcChannels.Server.Proxy;
using NBitcoin;

namespace BtcChannels.Server;

/// <summary>
/// The server's settings: configuration section <c>BtcChannels</c>, from appsettings.json, the environment (<c>BtcChannels__Data</c>) or the command
/// line (<c>--BtcChannels:Data</c>). <see cref="Help"/> lists them.
/// </summary>
internal sealed class ServerSettings
{
    public const string DefaultUrl = "http://127.0.0.1:8402";

    public const string Help = """
        btcchannels-server: a merchant of Bitcoin payment channels

        Commands, with the same settings:
          (none)                            serves
          migrate                           moves the store of the data folder to the PostgreSQL that is set, while no server runs
          backup FOLDER                     copies store and seed to a new folder and checks them; the server may be at work
          payouts                           lists what closes have paid, found in the chain by the seed alone; the server may be at work
          payouts descriptor                shows all addresses of payouts as one descriptor, for another wallet to look at
          sweep ADDRESS [--fee-rate N] [--dry-run]   sends all of that to an address, N sat/vB or the node's estimate;
                                            settings come after that
          health                            asks the server that listens at --urls what /healthz says

        Settings:
          --urls URL                        where to listen (http://127.0.0.1:8402)
          --restored                        the store comes from a backup: hold each channel until its customer has
                                            shown his newest payment (for the one start after that)
          --BtcChannels:Http2Url URL        where to listen for HTTP/2 without TLS, beside --urls (nowhere);
                                            an https URL in --urls does HTTP/1.1 and HTTP/2 by itself
          --BtcChannels:Network NAME        main, test, testnet4, signet or regtest (main)
          --BtcChannels:Data FOLDER         seed and store; a backup is both (btcchannels-data)
          --BtcChannels:Database CONNECTION PostgreSQL as the store of several instances, such as
                                            "Host=db;Database=merchant;Username=merchant;Password=..."; best given in the
                                            environment as BtcChannels__Database; the data folder then holds a copy of the seed
          --BtcChannels:Origin URL          what customers call this merchant (the one URL of --urls)
          --BtcChannels:Chain NAME          what tells of the chain: bitcoind, or nbxplorer with a bitcoind behind it (bitcoind);
                                            a merchant stays with the one that he began with
          With bitcoind:
          --BtcChannels:NodeUrl URL         bitcoind's RPC (the network's port on 127.0.0.1)
          --BtcChannels:NodeCookie FILE     its cookie file, or
          --BtcChannels:NodeUser NAME       its user; the password is the setting BtcChannels:NodePassword,
                                            best given in the environment as BtcChannels__NodePassword
          With nbxplorer:
          --BtcChannels:NbxplorerUrl URL    its address (port 24444, 24445 or 24446 on 127.0.0.1 for main, test and regtest)
          --BtcChannels:NbxplorerCookie FILE   its cookie file, or none where it runs without authentication
                                            ($HOME/.nbxplorer/Main, TestNet or RegTest/.cookie)
          With both:
          --BtcChannels:Confirmations N     depth of a deposit before payments are taken (3; 1 on regtest)
          --BtcChannels:MaxUnminedSat N     with 0 confirmations: the most that may be authorized on unmined deposits, sat (0)
          --BtcChannels:BuriedAt N          depth of a close before it is left alone (6)
          --BtcChannels:CloseMargin D.HH:MM:SS   how long before expiry a channel is closed (1.00:00:00)
          --BtcChannels:MinUse D.HH:MM:SS        least life of a channel beyond the margin (1.00:00:00)
          --BtcChannels:MaxDuration D.HH:MM:SS   most (60.00:00:00)
          --BtcChannels:PendingLifetime D.HH:MM:SS   how long a deposit may stay unmined (0.02:00:00)
          --BtcChannels:MaxChainSilence D.HH:MM:SS   how long payments go on while the node is away (0.00:10:00)
          --BtcChannels:MaxTipAge D.HH:MM:SS    how old the newest block may be, by its median time (0.04:00:00; any on regtest)
          --BtcChannels:MinDepositSat N     least deposit, sat (20000)
          --BtcChannels:MaxDepositSat N     most (10000000)
          --BtcChannels:MinFeeRate N        least fee rate of a close, sat/vB (3)
          --BtcChannels:FeeFactor N         the node's estimate is multiplied by this (2)
          --BtcChannels:PaymentsAreSpent B  whether a payment counts as spent at once (true)
          --BtcChannels:MaxStreamsPerChannel N   streams of payments that a channel may have at once (4)
          --BtcChannels:StreamWindow N      payments of a stream under way before no more is read of it (512)
          --BtcChannels:StreamIdle D.HH:MM:SS   how long a stream may be silent (0.00:02:00)
          --BtcChannels:ClosesPerRound N    most channels closed in ten seconds; more begin early (1000)

          21's protocol, for clients of 2015:
          --BtcChannels:Two1:Path PATH      where it is spoken, such as /payment (nowhere)
          --BtcChannels:Two1:MinFeeSat N    least that a payment leaves the miners, sat (5000)
          --BtcChannels:Two1:MinOutputSat N least of both outputs of a payment, sat (3000)
          --BtcChannels:Two1:MinDuration D.HH:MM:SS   least life of such a channel (4.00:00:00)

          A service behind this one, whose requests are paid here and passed on:
          --BtcChannels:Paywall:Upstream URL     its address (none)
          --BtcChannels:Paywall:UpstreamCertificates FILE   PEM: what its certificate has to be signed by (what the system trusts)
          --BtcChannels:Paywall:UpstreamHttp2 B  whether it speaks HTTP/2 alone, also without TLS (false)
          --BtcChannels:Paywall:UpstreamTimeout D.HH:MM:SS   how long it may be silent (0.00:01:40)
          --BtcChannels:Paywall:KeepHost B       whether it sees the Host that the customer asked for, not its own (false)
          --BtcChannels:Paywall:MaxBodyBytes N   largest body of a request; 0 for any (30000000)
          --BtcChannels:Paywall:OthersAreFree B  whether what no route names is passed on unpaid; else it is 404 (false)
          its routes, N from 0 on; of several that fit, the most specific counts, and of equals the first:
          --BtcChannels:Paywall:Routes:N:Path PATTERN     such as /songs/{id} or /films/{**rest}
          --BtcChannels:Paywall:Routes:N:Methods LIST     by comma; GET stands for HEAD too (all)
          --BtcChannels:Paywall:Routes:N:Price SAT        of one unit, at most three decimals; 0 is free
          --BtcChannels:Paywall:Routes:N:Per UNIT         request, kilobyte (1000 bytes of answer) or second (request)
          --BtcChannels:Paywall:Routes:N:Free N           requests of an address that are free, each day of UTC (0)
          --BtcChannels:Paywall:Routes:N:Description TEXT    for people (none)

          Administration, for the operator alone:
          --BtcChannels:Admin:Url URL       where it listens: a port of its own, of the loopback address or with TLS (nowhere)
          --BtcChannels:Admin:KeyFile FILE  holds its key; made, mode 0600, where it is missing (admin.key in the data folder)

          Limits, by address (IPv6: by 64 bits):
          --BtcChannels:OpensPerMinute N    offers and openings (120)
          --BtcChannels:RefusalsPerMinute N requests refused by their sender's fault (600)
          --BtcChannels:RequestsPerSecond N other requests (50000)
          --BtcChannels:PendingFromAddress N     channels that wait for their deposit (100)
          --BtcChannels:TrustedProxies LIST      addresses and networks, by comma, whose X-Forwarded-For tells the customer's (none)
          Limits for all:
          --BtcChannels:RequestsPerSecondOfChannel N   requests that concern one channel (10000)
          --BtcChannels:Pending N           channels that wait for their deposit (10000)
          --BtcChannels:MaxConnections N    connections at once (10000)
          --BtcChannels:MaxHeaderBytes N    all headers of a request, and as much for its first line (8192)
          --BtcChannels:MaxHeaders N        their number (50)
          --BtcChannels:HeaderTimeout D.HH:MM:SS   for the headers to arrive (0.00:00:10)
          --BtcChannels:IdleTimeout D.HH:MM:SS     of a connection without requests (0.00:02:10)

        Metrics and traces go by OTLP to where the environment's OTEL_EXPORTER_OTLP_ENDPOINT says (nowhere).
        Every setting may also stand in appsettings.json or in the environment (BtcChannels__Data=...).
        Exit status: 0 stopped or done, 2 wrong settings, 3 cannot start or cannot be done (store, seed, network, port; not ready).
        """;

    public string? Http2Url { get; set; }
    public string Network { get; set; } = "main";
    public string Data { get; set; } = "btcchannels-data";
    public string? Database { get; set; }
    public string? Origin { get; set; }
    public string Chain { get; set; } = "bitcoind";
    public string? NodeUrl { get; set; }
    public string? NodeCookie { get; set; }
    public string? NodeUser { get; set; }
    public string? NodePassword { get; set; }
    public string? NbxplorerUrl { get; set; }
    public string? NbxplorerCookie { get; set; }
    public int? Confirmations { get; set; }
    public int? BuriedAt { get; set; }
    public TimeSpan? CloseMargin { get; set; }
    public TimeSpan? MinUse { get; set; }
    public TimeSpan? MaxDuration { get; set; }
    public TimeSpan? PendingLifetime { get; set; }
    public TimeSpan? MaxChainSilence { get; set; }
    public TimeSpan? MaxTipAge { get; set; }
    public long? MinDepositSat { get; set; }
    public long? MaxDepositSat { get; set; }
    public int? MinFeeRate { get; set; }
    public int? FeeFactor { get; set; }
    public bool? PaymentsAreSpent { get; set; }
    public int? MaxStreamsPerChannel { get; set; }
    public int? StreamWindow { get; set; }
    public TimeSpan? StreamIdle { get; set; }

    public long? MaxUnminedSat { get; set; }
    public int? ClosesPerRound { get; set; }
    public int? OpensPerMinute { get; set; }
    public int? RefusalsPerMinute { get; set; }
    public int? RequestsPerSecond { get; set; }
    public int? RequestsPerSecondOfChannel { get; set; }
    public int? PendingFromAddress { get; set; }
    public int? Pending { get; set; }
    public string? TrustedProxies { get; set; }
    public int MaxConnections { get; set; } = 10_000;
    public int MaxHeaderBytes { get; set; } = 8_192;
    public int MaxHeaders { get; set; } = 50;
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(10);
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(130);

    public PaywallSettings Paywall { get; set; } = new();
    public AdminSettings Admin { get; set; } = new();
    public Two1Settings Two1 { get; set; } = new();

    private string _urls = DefaultUrl;   // a field: what the section BtcChannels names like that is unknown

    /// <exception cref="ArgumentException">A setting is unknown or is not of its kind.</exception>
    public static ServerSettings Read(IConfiguration configuration)
    {
        try
        {
            var settings = configuration.GetSection("BtcChannels").Get<ServerSettings>(binding => binding.ErrorOnUnknownConfiguration = true) ?? new();
            settings._urls = configuration["urls"] ?? DefaultUrl;
            return settings;
        }
        catch (InvalidOperationException wrong)
        {
            throw new ArgumentException(wrong.InnerException is { } inner ? $"{wrong.Message} ({inner.Message})" : wrong.Message, wrong);
        }
    }

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public Network FindNetwork() =>
        BitcoinNetworks.TryFind(Network, out var network) ? network : throw new ArgumentException($"BtcChannels:Network has to be {BitcoinNetworks.Known}, and is '{Network}'");

    /// <summary>What tells of the chain.</summary>
    /// <exception cref="ArgumentException">A setting of it is missing, or means nothing.</exception>
    public ChainOptions FindChain() => ChainOptions(FindNetwork());

    public void ApplyTo(BtcChannelsOptions options)
    {
        options.Network = FindNetwork();
        options.DataFolder = Path.GetFullPath(Data);
        options.Database = Database;
        options.Origin = Origin ?? OnlyUrl();
        options.Node = FindChain();
        options.MaxStreamsPerChannel = MaxStreamsPerChannel ?? options.MaxStreamsPerChannel;
        options.StreamWindow = StreamWindow ?? options.StreamWindow;
        options.StreamIdle = StreamIdle ?? options.StreamIdle;
        var policy = MerchantPolicy.For(options.Network);
        options.Policy = policy with
        {
            Confirmations = Confirmations ?? policy.Confirmations,
            MaxUnminedExposure = MaxUnminedSat is { } exposure ? Money.Satoshis(exposure) : policy.MaxUnminedExposure,
            BuriedAt = BuriedAt ?? policy.BuriedAt,
            CloseMargin = CloseMargin ?? policy.CloseMargin,
            MinUse = MinUse ?? policy.MinUse,
            MaxDuration = MaxDuration ?? policy.MaxDuration,
            PendingLifetime = PendingLifetime ?? policy.PendingLifetime,
            MaxChainSilence = MaxChainSilence ?? policy.MaxChainSilence,
            MaxTipAge = MaxTipAge ?? policy.MaxTipAge,
            MinDeposit = MinDepositSat is { } least ? Money.Satoshis(least) : policy.MinDeposit,
            MaxDeposit = MaxDepositSat is { } most ? Money.Satoshis(most) : policy.MaxDeposit,
            MinFeeRate = MinFeeRate ?? policy.MinFeeRate,
            FeeFactor = FeeFactor ?? policy.FeeFactor,
            PaymentsAreSpent = PaymentsAreSpent ?? policy.PaymentsAreSpent,
            Two1 = Two1.ApplyTo(policy.Two1),
        };
        options.ClosesPerRound = ClosesPerRound ?? options.ClosesPerRound;
        var limits = options.Limits;
        limits.OpensPerMinute = OpensPerMinute ?? limits.OpensPerMinute;
        limits.RefusalsPerMinute = RefusalsPerMinute ?? limits.RefusalsPerMinute;
        limits.RequestsPerSecond = RequestsPerSecond ?? limits.RequestsPerSecond;
        limits.RequestsPerSecondOfChannel = RequestsPerSecondOfChannel ?? limits.RequestsPerSecondOfChannel;
        limits.PendingFromAddress = PendingFromAddress ?? limits.PendingFromAddress;
        limits.Pending = Pending ?? limits.Pending;
    }

    private ChainOptions ChainOptions(Network network)
    {
        switch (Chain.ToLowerInvariant())
        {
            case "bitcoind":
                RequireNone("bitcoind", (nameof(NbxplorerUrl), NbxplorerUrl), (nameof(NbxplorerCookie), NbxplorerCookie));
                return new BitcoindOptions(UrlOf(nameof(NodeUrl), NodeUrl, new Uri($"http://127.0.0.1:{network.RPCPort}")), NodeCookie, NodeUser, NodePassword);
            case "nbxplorer":
                RequireNone("nbxplorer", (nameof(NodeUrl), NodeUrl), (nameof(NodeCookie), NodeCookie), (nameof(NodeUser), NodeUser), (nameof(NodePassword), NodePassword));
                var cookie = NbxplorerCookie ?? NBXplorerOptions.DefaultCookieFile(network)
                    ?? throw new ArgumentException($"BtcChannels:NbxplorerCookie is missing: on {Network} there is no file that it is in by default");
                return new NBXplorerOptions(UrlOf(nameof(NbxplorerUrl), NbxplorerUrl, NBXplorerOptions.DefaultUrl(network)), cookie.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : cookie);
            default:
                throw new ArgumentException($"BtcChannels:Chain has to be bitcoind or nbxplorer, and is '{Chain}'");
        }
    }

    private static void RequireNone(string backend, params (string Name, string? Value)[] others)
    {
        if (others.FirstOrDefault(it => it.Value is not null).Name is { } name)
            throw new ArgumentException($"BtcChannels:{name} means nothing with BtcChannels:Chain={backend}: leave it out, or set the other chain");
    }

    private Uri UrlOf(string name, string? text, Uri? otherwise) =>
        text is null ? otherwise ?? throw new ArgumentException($"BtcChannels:{name} is missing: on {Network} there is no address by default")
        : Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw new ArgumentException($"BtcChannels:{name} is no URL: '{text}'");

    /// <summary>
    /// Kestrel's own settings for what <see cref="Http2Url"/> adds: without TLS there is nothing that tells HTTP/2 from HTTP/1.1 on one port. Empty where it adds nothing.
    /// </summary>
    /// <exception cref="ArgumentException">It is no http URL.</exception>
    public IReadOnlyDictionary<string, string?> Endpoints()
    {
        if (Http2Url is null) return new Dictionary<string, string?>();
        if (!Uri.TryCreate(Http2Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            throw new ArgumentException($"BtcChannels:Http2Url has to begin with http://, and is '{Http2Url}'");
        var endpoints = new Dictionary<string, string?> { ["Kestrel:Endpoints:Http2:Url"] = Http2Url, ["Kestrel:Endpoints:Http2:Protocols"] = "Http2" };
        foreach (var (address, index) in ListeningAt().Select((address, index) => (address, index)))
            endpoints[$"Kestrel:Endpoints:Url{index}:Url"] = address;
        endpoints["urls"] = "";   // they are among the endpoints now
        return endpoints;
    }

    /// <summary>The addresses of <c>--urls</c>, one by one. No property: what the section BtcChannels names like one is a setting.</summary>
    public string[] ListeningAt() => _urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A merchant who listens in one place is known by it, unless he says otherwise.</summary>
    private string OnlyUrl() =>
        ListeningAt() is [var only] && Uri.TryCreate(only, UriKind.Absolute, out var url) && url.Port != 0
            && !(IPAddress.TryParse(url.IdnHost, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            ? url.GetLeftPart(UriPartial.Authority)
            : throw new ArgumentException("BtcChannels:Origin is missing: what customers call this merchant, such as https://shop.example");
}
