using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using NBitcoin.RPC;

namespace NBitcoin.Tests;

/// <summary>A bitcoind of its own: its folder, its ports on the loopback address, its process.</summary>
public class CoreNode
{
    private const string DefaultWallet = "wallet.dat";
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(50);

    private readonly NodeBuilder _builder;
    private readonly string _dataFolder;
    private readonly int[] _ports = FreePorts.Find(2);
    private StringBuilder _complaints = new();
    private Process _process;

    internal CoreNode(string folder, NodeBuilder builder)
    {
        _builder = builder;
        Folder = folder;
        _dataFolder = Path.Combine(folder, "data");
        Network = builder.Network;
        NodeImplementation = builder.NodeImplementation;
        RPCWalletType = builder.RPCWalletType;
        CreateWallet = builder.CreateWallet;
        WhiteBind = builder.WhiteBind;
        ConfigParameters.Import(builder.ConfigParameters, overrides: true);
        if (builder.CleanBeforeStartingNode && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(_dataFolder);
        RPCCredentials = new NetworkCredential("user", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
    }

    public string Folder { get; }

    public IPEndPoint Endpoint => new(IPAddress.Loopback, ProtocolPort);

    public IPEndPoint NodeEndpoint => Endpoint;

    public int ProtocolPort => _ports[0];

    public Uri RPCUri => new($"http://127.0.0.1:{_ports[1]}/");

    /// <summary>The path of bitcoin.conf, which every start writes anew.</summary>
    public string Config => Path.Combine(_dataFolder, "bitcoin.conf");

    /// <summary>Options beside, and before, those that this type sets; they take effect at the next start.</summary>
    public NodeConfigParameters ConfigParameters { get; } = [];

    public Network Network { get; set; }

    public CoreNodeState State { get; private set; }

    public NetworkCredential RPCCredentials { get; set; }

    /// <summary>Whether commands are authenticated by the node's cookie file, or by <see cref="RPCCredentials"/>.</summary>
    public bool CookieAuth { get; set; } = true;

    public bool WhiteBind { get; set; }

    public NodeDownloadData NodeImplementation { get; set; }

    public RPCWalletType? RPCWalletType { get; set; }

    public bool CreateWallet { get; set; }

    /// <summary>The credentials in the form that <see cref="RPCCredentialString"/> parses.</summary>
    public string GetRPCAuth() =>
        CookieAuth
            ? "cookiefile=" + Path.Combine(_dataFolder, NodeImplementation.RegtestFolderName, ".cookie")
            : RPCClient.GetRPCAuth(RPCCredentials);

    /// <exception cref="ArgumentException">With a cookie: the node is not running.</exception>
    public RPCClient CreateRPCClient() => new(GetRPCAuth(), RPCUri, Network);

    /// <inheritdoc cref="StartAsync"/>
    public void Start() => StartAsync().GetAwaiter().GetResult();

    /// <summary>Starts the process and waits until it answers commands.</summary>
    /// <exception cref="InvalidOperationException">It runs already, or it ended or did not answer in time: the message has its last words.</exception>
    public async Task StartAsync()
    {
        if (State is CoreNodeState.Starting or CoreNodeState.Running && _process is { HasExited: false })
            throw new InvalidOperationException("The node runs already");
        _process?.Dispose();
        _complaints = new StringBuilder();
        await File.WriteAllTextAsync(Config, Configuration()).ConfigureAwait(false);
        State = CoreNodeState.Starting;
        _process = Process.Start(new ProcessStartInfo(_builder.BitcoinD, [$"-datadir={_dataFolder}", $"-conf={Config}"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        });
        // Pipes that nobody empties would stop the node.
        var complaints = _complaints;
        _process!.OutputDataReceived += (_, line) => Keep(complaints, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(complaints, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            await WaitUntilAnswersAsync().ConfigureAwait(false);
        }
        catch
        {
            Kill();
            throw;
        }
        State = CoreNodeState.Running;
    }

    /// <summary>Mines to the node's wallet.</summary>
    /// <returns>The blocks' hashes, oldest first.</returns>
    public uint256[] Generate(int blockCount) => CreateRPCClient().GenerateAsync(blockCount).GetAwaiter().GetResult();

    /// <summary>Ends the process at once, without its shutdown. Does nothing where it has ended.</summary>
    public void Kill(bool cleanFolder = false)
    {
        if (_process is not null)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself.
            }
            _process.WaitForExit();
            _process.Dispose();
            _process = null;
            State = CoreNodeState.Killed;
        }
        if (cleanFolder && Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    public void WaitForExit()
    {
        _process?.WaitForExit();
        State = CoreNodeState.Stopped;
    }

    /// <summary>Kills the node and starts it on the same folder and ports.</summary>
    public void Restart()
    {
        Kill();
        Start();
    }

    private async Task WaitUntilAnswersAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"bitcoind ended with status {_process.ExitCode}: {LastWords()}");
            try
            {
                var rpc = CreateRPCClient();
                await rpc.GetBlockchainInfoAsync().ConfigureAwait(false);
                if (CreateWallet) await OpenWalletAsync(rpc).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is ArgumentException or HttpRequestException or RPCException { RPCCode: RPCErrorCode.RPC_IN_WARMUP })
            {
                // No cookie yet, no listener yet, or still loading.
                if (Stopwatch.GetElapsedTime(started) > s_startLimit)
                    throw new InvalidOperationException($"bitcoind does not answer after {s_startLimit.TotalSeconds} seconds: {e.Message} {LastWords()}", e);
            }
            await Task.Delay(s_pollInterval).ConfigureAwait(false);
        }
    }

    private async Task OpenWalletAsync(RPCClient rpc)
    {
        var walletFolder = Path.Combine(_dataFolder, NodeImplementation.RegtestFolderName, "wallets", DefaultWallet);
        var loaded = (await rpc.SendCommandAsync("listwallets").ConfigureAwait(false)).ResultString;
        if (loaded.Contains($"\"{DefaultWallet}\"", StringComparison.Ordinal)) return;
        if (Path.Exists(walletFolder)) await rpc.LoadWalletAsync(DefaultWallet).ConfigureAwait(false);
        else await rpc.CreateWalletAsync(DefaultWallet, new CreateWalletOptions { Descriptors = RPCWalletType != Tests.RPCWalletType.Legacy }).ConfigureAwait(false);
    }

    private string Configuration()
    {
        var options = new NodeConfigParameters();
        options.Import(ConfigParameters, overrides: true);
        var own = new NodeConfigParameters
        {
            ["server"] = "1",
            ["txindex"] = "1",
            ["printtoconsole"] = "0",
            ["rest"] = "1",
            ["rpcbind"] = "127.0.0.1",
            ["rpcallowip"] = "127.0.0.1",
            ["rpcport"] = _ports[1].ToString(CultureInfo.InvariantCulture),
        };
        // Peers come over the loopback address or not at all.
        if (WhiteBind) own["whitebind"] = $"127.0.0.1:{ProtocolPort}";
        else own["bind"] = $"127.0.0.1:{ProtocolPort}";
        if (!CookieAuth)
        {
            own["rpcuser"] = RPCCredentials.UserName;
            own["rpcpassword"] = RPCCredentials.Password;
        }
        options.Import(own, overrides: false);
        return $"regtest=1\n[regtest]\n{options}";
    }

    private string LastWords()
    {
        lock (_complaints)
        {
            if (_complaints.Length > 0) return _complaints.ToString();
        }
        var log = Path.Combine(_dataFolder, NodeImplementation.RegtestFolderName, "debug.log");
        return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(5)) : "it said nothing";
    }

    private static void Keep(StringBuilder complaints, string line)
    {
        lock (complaints)
        {
            if (line is not null && complaints.Length < 4_000) complaints.AppendLine(line);
        }
    }
}
