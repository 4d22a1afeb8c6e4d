using NBitcoin;
using NBitcoin.RPC;

namespace NBXplorer;

/// <summary>
/// A server of NBXplorer over HTTP. Safe to use from many threads at once. What the server refuses with a reason is an
/// <see cref="Models.NBXplorerException"/>; that it cannot be reached, fails (status 500) or refuses the credentials an <see cref="HttpRequestException"/>,
/// with a <see cref="TimeoutException"/> inside where it or what stands before it ran out of time; what it does not know is null.
/// </summary>
public partial class ExplorerClient
{
    // Long polls have no end of their own: whoever asks sets it, by a token.
    private static readonly HttpClient s_sharedHttp = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private HttpClient _http = s_sharedHttp;
    private volatile IAuth _auth = new NoAuthentication();

    /// <param name="serverAddress">Null for the network's default.</param>
    public ExplorerClient(NBXplorerNetwork network, Uri serverAddress = null) : this(network, serverAddress, null) { }

    /// <param name="serverAddress">Null for the network's default.</param>
    /// <param name="customAuth">Null for the cookie in the network's default file, where it is there.</param>
    public ExplorerClient(NBXplorerNetwork network, Uri serverAddress, IAuth customAuth)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        serverAddress ??= network.DefaultSettings.DefaultUrl;
        Address = serverAddress.AbsolutePath.EndsWith('/') ? serverAddress : new UriBuilder(serverAddress) { Path = serverAddress.AbsolutePath + "/" }.Uri;
        if (customAuth is not null) _auth = customAuth;
        else if (HasDefaultSettings(network)) SetCookieAuth(network.DefaultSettings.DefaultCookieFile);
        RPCClient = new RPCClient(new RPCCredentialString { UserPassword = new(CryptoCode, "") }, Of("rpc"), network.NBitcoinNetwork)
        {
            HttpClient = new HttpClient(new RpcProxyHandler(this)) { Timeout = Timeout.InfiniteTimeSpan },
        };
    }

    public Uri Address { get; }

    public NBXplorerNetwork Network { get; }

    public string CryptoCode => Network.CryptoCode;

    public Serializer Serializer => Network.Serializer;

    /// <summary>Whether answers hold whole transactions.</summary>
    public bool IncludeTransaction { get; set; } = true;

    /// <summary>The server's node, as far as the server passes commands on.</summary>
    public RPCClient RPCClient { get; }

    internal IAuth Auth => _auth;

    internal HttpClient Http => _http;

    public void SetClient(HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _http = client;
    }

    /// <returns>False where the file cannot be read now: it is tried again when the server asks for credentials.</returns>
    public bool SetCookieAuth(string path)
    {
        var cookie = new CookieAuthentication(path);
        _auth = cookie;
        return cookie.RefreshCache();
    }

    public void SetNoAuth() => _auth = new NoAuthentication();

    /// <summary>How a request shows who sends it.</summary>
    public interface IAuth
    {
        /// <summary>Looks for other credentials than those that were refused.</summary>
        /// <returns>False where there are none.</returns>
        bool RefreshCache();

        void SetAuthorization(HttpRequestMessage message);

        void SetWebSocketAuth(System.Net.WebSockets.ClientWebSocket socket);
    }

    private static bool HasDefaultSettings(NBXplorerNetwork network) =>
        network.NBitcoinNetwork.ChainName is var chain && (chain == ChainName.Mainnet || chain == ChainName.Testnet || chain == ChainName.Regtest);
}
