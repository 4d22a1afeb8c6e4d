using System.Net;

namespace NBitcoin.RPC;

/// <summary>
/// How to reach and convince a node, in one line: <c>user:password</c>, <c>cookiefile=path</c>, or <c>default</c> (the cookie where the
/// node of a network puts it by default), each after an optional <c>server=url;</c> and an optional <c>wallet=name;</c>.
/// </summary>
public class RPCCredentialString
{
    private const string ServerKey = "server=", WalletKey = "wallet=", CookieFileKey = "cookiefile=", Default = "default";
    private string _cookieFile;
    private NetworkCredential _userPassword;

    public string Server { get; set; }

    public string WalletName { get; set; }

    /// <summary>Setting it takes the user and password away.</summary>
    public string CookieFile
    {
        get => _cookieFile;
        set
        {
            _cookieFile = value;
            if (value is not null) _userPassword = null;
        }
    }

    /// <summary>Setting it takes the cookie file away.</summary>
    public NetworkCredential UserPassword
    {
        get => _userPassword;
        set
        {
            _userPassword = value;
            if (value is not null) _cookieFile = null;
        }
    }

    /// <summary>Neither a cookie file nor a user is named.</summary>
    public bool UseDefault => CookieFile is null && UserPassword is null;

    /// <exception cref="FormatException">The text has none of the forms.</exception>
    public static RPCCredentialString Parse(string str) =>
        TryParse(str, out var credentials) ? credentials : throw new FormatException("Neither user:password, cookiefile=path nor default");

    public static bool TryParse(string str, out RPCCredentialString connectionString)
    {
        ArgumentNullException.ThrowIfNull(str);
        connectionString = null;
        var parsed = new RPCCredentialString();
        var rest = str.Trim();
        while (true)
        {
            if (Take(ServerKey, ref rest, out var server))
            {
                // A wrong address is a wrong line, not a connection that fails later.
                if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) return false;
                parsed.Server = server;
            }
            else if (Take(WalletKey, ref rest, out var wallet)) parsed.WalletName = wallet;
            else break;
        }
        if (rest.StartsWith(CookieFileKey, StringComparison.OrdinalIgnoreCase))
        {
            parsed.CookieFile = rest[CookieFileKey.Length..];
            if (parsed.CookieFile.Length == 0) return false;
        }
        else if (rest.Length > 0 && !rest.Equals(Default, StringComparison.OrdinalIgnoreCase))
        {
            // A password may hold a colon, a user name cannot (RFC 7617).
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) return false;
            parsed.UserPassword = new NetworkCredential(rest[..colon], rest[(colon + 1)..]);
        }
        connectionString = parsed;
        return true;
    }

    /// <summary>The line that parses to the same, password included.</summary>
    public override string ToString()
    {
        var credentials =
            CookieFile is not null ? CookieFileKey + CookieFile
            : UserPassword is not null ? $"{UserPassword.UserName}:{UserPassword.Password}"
            : Default;
        return (Server is null ? "" : $"{ServerKey}{Server};") + (WalletName is null ? "" : $"{WalletKey}{WalletName};") + credentials;
    }

    private static bool Take(string key, ref string rest, out string value)
    {
        value = null;
        if (!rest.StartsWith(key, StringComparison.OrdinalIgnoreCase)) return false;
        var end = rest.IndexOf(';', StringComparison.Ordinal);
        value = end < 0 ? rest[key.Length..] : rest[key.Length..end];
        rest = end < 0 ? "" : rest[(end + 1)..];
        return true;
    }
}
