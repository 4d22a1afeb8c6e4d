using global::NBitcoin.RPC;

namespace BtcChannels.Tests.NBitcoin;

public sealed class RPCCredentialStringTests
{
    [Fact]
    public void A_user_and_a_password_that_holds_a_colon()
    {
        var credentials = RPCCredentialString.Parse("alice:a:b");
        Assert.Equal(("alice", "a:b"), (credentials.UserPassword.UserName, credentials.UserPassword.Password));
        Assert.False(credentials.UseDefault);
    }

    [Fact]
    public void A_cookie_file_of_a_named_server_and_wallet()
    {
        var credentials = RPCCredentialString.Parse("server=http://127.0.0.1:18443;wallet=shop;cookiefile=/data/.cookie");
        Assert.Equal("shop", credentials.WalletName);
        Assert.Equal("/data/.cookie", credentials.CookieFile);
        Assert.Equal(new Uri("http://127.0.0.1:18443"), new Uri(credentials.Server));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("alice:secret")]
    [InlineData("cookiefile=/data/.cookie")]
    [InlineData("wallet=shop;cookiefile=/data/.cookie")]
    public void The_text_comes_back(string text) => Assert.Equal(text, RPCCredentialString.Parse(text).ToString());

    [Theory]
    [InlineData("nonsense")]
    [InlineData("server=not an address;alice:secret")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(RPCCredentialString.TryParse(text, out _));
        Assert.Throws<FormatException>(() => RPCCredentialString.Parse(text));
    }
}
