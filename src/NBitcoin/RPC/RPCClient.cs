using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NBitcoin.RPC;

/// <summary>
/// Commands to a Bitcoin node over JSON-RPC. Safe to use from many threads at once.
/// Every command throws <see cref="RPCException"/> where the node answers with an error, and <see cref="HttpRequestException"/> where it
/// cannot be reached, refuses the credentials, or is too busy to answer (status 503); <see cref="TaskCanceledException"/> where
/// <see cref="HttpClient"/>'s time limit passes.
/// </summary>
public partial class RPCClient : IBlockRepository
{
    // The node drops a connection that is idle for 30 seconds (-rpcservertimeout): one that old is not used again.
    private static readonly Lazy<HttpClient> s_sharedHttp = new(() => new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
    }));

    private readonly Uri _endpoint;
    private HttpClient _http;
    private int _lastId;
    private volatile string _authentication;

    /// <summary>The node of that network on this machine, by its default port and cookie file.</summary>
    /// <exception cref="ArgumentException">There is no cookie file.</exception>
    public RPCClient(Network network)
        : this(new RPCCredentialString(), address: null, network)
    {
    }

    /// <summary>The node that the credentials name, or the one on this machine.</summary>
    /// <exception cref="ArgumentException">There is no readable cookie file, and no user.</exception>
    public RPCClient(RPCCredentialString credentials, Network network)
        : this(credentials, ServerOf(credentials, network), network)
    {
    }

    /// <inheritdoc cref="RPCClient(RPCCredentialString, Uri, Network)"/>
    public RPCClient(RPCCredentialString credentials, string host, Network network)
        : this(credentials, BuildUri(host, ServerOf(credentials, network), network), network)
    {
    }

    /// <inheritdoc cref="RPCClient(RPCCredentialString, Uri, Network)"/>
    [Obsolete("Use the constructor that takes an RPCCredentialString")]
    public RPCClient(NetworkCredential credentials, string host, Network network)
        : this(new RPCCredentialString { UserPassword = credentials }, host, network)
    {
    }

    /// <inheritdoc cref="RPCClient(RPCCredentialString, Uri, Network)"/>
    public RPCClient(NetworkCredential credentials, Uri address, Network network = null)
        : this(new RPCCredentialString { UserPassword = credentials }, address, network)
    {
    }

    /// <inheritdoc cref="RPCClient(RPCCredentialString, Uri, Network)"/>
    /// <exception cref="FormatException">The text is no <see cref="RPCCredentialString"/>.</exception>
    public RPCClient(string authenticationString, string hostOrUri, Network network)
        : this(RPCCredentialString.Parse(authenticationString), hostOrUri, network)
    {
    }

    /// <inheritdoc cref="RPCClient(RPCCredentialString, Uri, Network)"/>
    /// <exception cref="FormatException">The text is no <see cref="RPCCredentialString"/>.</exception>
    public RPCClient(string authenticationString, Uri address, Network network = null)
        : this(RPCCredentialString.Parse(authenticationString), address, network)
    {
    }

    /// <param name="address">Null for the network's default port on this machine.</param>
    /// <param name="network">Null for the one whose default port the address has.</param>
    /// <exception cref="ArgumentException">
    /// There is no readable cookie file, and no user; or neither address nor network is given; or no network has the address's port.
    /// </exception>
    public RPCClient(RPCCredentialString credentials, Uri address, Network network)
    {
        credentials ??= new RPCCredentialString();
        if (address is null && network is null) throw new ArgumentException("Either an address or a network is needed", nameof(network));
        network ??= Network.GetNetworks().FirstOrDefault(known => known.RPCPort == address.Port)
            ?? throw new ArgumentException("No network has that port: name it", nameof(network));

        Network = network;
        Address = address ?? new Uri($"http://127.0.0.1:{network.RPCPort}/");
        CredentialString = credentials;
        _endpoint = credentials.WalletName is null ? Address : new Uri(Address, $"wallet/{Uri.EscapeDataString(credentials.WalletName)}");
        if (credentials.UserPassword is { } user) _authentication = GetRPCAuth(user);
        else if (!TryReadCookie())
            throw new ArgumentException($"The node's cookie file {CookieFilePath() ?? "of this network"} cannot be read; name a user and password, or start the node", nameof(credentials));
    }

    /// <summary>What carries the requests; setting null brings back the shared one.</summary>
    public HttpClient HttpClient
    {
        get => _http ?? s_sharedHttp.Value;
        set => _http = value;
    }

    public Uri Address { get; }

    public RPCCredentialString CredentialString { get; }

    public Network Network { get; }

    /// <summary><c>user:password</c>, as it is sent now.</summary>
    public string Authentication => _authentication;

    public static string GetRPCAuth(NetworkCredential credentials) => $"{credentials.UserName}:{credentials.Password}";

    /// <summary>A client of the same node whose wallet commands go to that wallet.</summary>
    public RPCClient SetWalletContext(string walletName) =>
        new(
            new RPCCredentialString
            {
                Server = CredentialString.Server,
                WalletName = walletName,
                CookieFile = CredentialString.CookieFile,
                UserPassword = CredentialString.UserPassword,
            },
            Address,
            Network)
        {
            _http = _http,
        };

    public Task<RPCResponse> SendCommandAsync(string commandName, params object[] parameters) =>
        SendCommandAsync(commandName, CancellationToken.None, parameters);

    /// <inheritdoc cref="RPCRequest(string, object[])" path="/param"/>
    public Task<RPCResponse> SendCommandAsync(string commandName, CancellationToken cancellationToken, params object[] parameters) =>
        SendCommandAsync(new RPCRequest(commandName, parameters) { Id = Interlocked.Increment(ref _lastId) }, cancellationToken);

    public Task<RPCResponse> SendCommandWithNamedArgsAsync(string commandName, Dictionary<string, object> parameters, CancellationToken cancellationToken) =>
        SendCommandAsync(new RPCRequest { Method = commandName, NamedParams = parameters, Id = Interlocked.Increment(ref _lastId) }, cancellationToken);

    public async Task<RPCResponse> SendCommandAsync(RPCRequest request, CancellationToken cancellationToken = default)
    {
        var body = request.ToUtf8();
        var used = _authentication;
        var reply = await PostAsync(body, used, cancellationToken).ConfigureAwait(false);
        // A node that was restarted has written a new cookie.
        if (reply.StatusCode == HttpStatusCode.Unauthorized && TryReadCookie() && _authentication != used)
        {
            reply.Dispose();
            reply = await PostAsync(body, _authentication, cancellationToken).ConfigureAwait(false);
        }
        using (reply)
        {
            var response = await ReadAsync(reply, cancellationToken).ConfigureAwait(false);
            if (request.ThrowIfRPCError) response.ThrowIfError();
            return response;
        }
    }

    /// <summary>The value of an answer that the caller reads; an answer of another shape is the node's error, not the caller's.</summary>
    private async Task<T> SendAsync<T>(string command, Func<JsonElement, T> read, CancellationToken cancellationToken, params object[] parameters) =>
        Read(command, await SendCommandAsync(command, cancellationToken, parameters).ConfigureAwait(false), read);

    private static T Read<T>(string command, RPCResponse response, Func<JsonElement, T> read)
    {
        try
        {
            return read(response.Json);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException or EndOfStreamException)
        {
            throw new RPCException(RPCErrorCode.RPC_PARSE_ERROR, $"The node's answer to {command} is not of the known shape: {e.Message}", response, e);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string authentication, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(authentication)));
        return await HttpClient.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<RPCResponse> ReadAsync(HttpResponseMessage reply, CancellationToken cancellationToken)
    {
        // The node's own errors come with a body and one of these; all others are about the connection.
        if (!reply.IsSuccessStatusCode
            && reply.StatusCode is not (HttpStatusCode.InternalServerError or HttpStatusCode.NotFound or HttpStatusCode.BadRequest))
            reply.EnsureSuccessStatusCode();
        var body = await reply.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return RPCResponse.Load(body);
        }
        catch (JsonException e)
        {
            reply.EnsureSuccessStatusCode();
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "What answers at the node's address does not speak JSON-RPC", e, reply.StatusCode);
        }
    }

    private string CookieFilePath() => CredentialString.CookieFile ?? (CredentialString.UseDefault ? DefaultCookieFile.Of(Network) : null);

    private bool TryReadCookie()
    {
        if (CookieFilePath() is not { } path) return false;
        try
        {
            _authentication = File.ReadAllText(path).Trim();
            return _authentication.Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Uri ServerOf(RPCCredentialString credentials, Network network) =>
        credentials?.Server is { } server ? new Uri(server) : network is null ? null : new Uri($"http://127.0.0.1:{network.RPCPort}/");

    private static Uri BuildUri(string hostOrUri, Uri fallback, Network network)
    {
        if (string.IsNullOrEmpty(hostOrUri)) return fallback;
        if (hostOrUri.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || hostOrUri.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return new Uri(hostOrUri);
        ArgumentNullException.ThrowIfNull(network);
        var uri = new UriBuilder($"http://{hostOrUri}/");
        // A bare host means the network's port, not that of the web.
        if (!hostOrUri.EndsWith($":{uri.Port}", StringComparison.Ordinal)) uri.Port = network.RPCPort;
        return uri.Uri;
    }
}
