using System.Security.Cryptography;
using System.Text;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class ChannelAuthorizationTests
{
    private const string Origin = "https://merchant.example";
    private const long Time = 1_700_000_000;
    private static readonly ChannelId s_channel = ChannelId.Parse("81ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a2084571840-1");

    private static string Digest(Network? network = null, string origin = Origin, ChannelId? channel = null, string action = ChannelAction.Close, long time = Time) =>
        Convert.ToHexStringLower(ChannelAuthorization.Digest(network ?? Network.RegTest, origin, channel ?? s_channel, action, time));

    [Fact]
    public void The_hash_is_the_published_one()
    {
        var vector = Vectors.Read("channel-authorization.json");
        Assert.Equal(
            vector.Text("digest"),
            Digest(Network.GetNetwork(vector.Text("network")), vector.Text("origin"), ChannelId.Parse(vector.Text("channel")), vector.Text("action"), vector.Number("time")));
    }

    /// <summary>SHA256(SHA256(tag), SHA256(tag), genesis hash, origin, channel, action, time): texts behind two bytes of length, numbers little-endian.</summary>
    [Fact]
    public void The_hash_is_built_as_described()
    {
        using var message = new MemoryStream();
        using var writer = new BinaryWriter(message);
        var tag = SHA256.HashData("BtcChannels/auth/v1"u8);
        writer.Write(tag);
        writer.Write(tag);
        var genesis = Convert.FromHexString("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");   // as printed: the other way round
        writer.Write([.. genesis.Reverse()]);
        foreach (var text in (string[])[Origin, s_channel.ToString(), "close"])
        {
            writer.Write((ushort)text.Length);
            writer.Write(Encoding.ASCII.GetBytes(text));
        }
        writer.Write(Time);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(message.ToArray())), Digest());
    }

    [Fact]
    public void It_binds_every_field()
    {
        string[] digests =
        [
            Digest(), Digest(network: Network.Main), Digest(network: Network.TestNet), Digest(origin: "http://merchant.example"), Digest(origin: Origin + ":8080"),
            Digest(channel: new ChannelId(new OutPoint(s_channel.OutPoint.Hash, 2))), Digest(channel: new ChannelId(new OutPoint(uint256.One, 1))),
            Digest(action: ChannelAction.Status), Digest(time: Time + 1), Digest(time: -Time),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Lengths_keep_neighbouring_texts_apart()
    {
        var text = s_channel.ToString();
        // What leaves the concatenation of origin, id and action as it is.
        Assert.NotEqual(Digest(origin: "a" + text, action: "b"), Digest(origin: "a", action: text + "b"));
    }

    [Fact]
    public void The_customers_signature_verifies()
    {
        var signature = ChannelAuthorization.Sign(Sample.Customer, Network.RegTest, Origin, s_channel, ChannelAction.Close, Time);
        Assert.True(ChannelAuthorization.Verify(Sample.Customer.PubKey, signature, Network.RegTest, Origin, s_channel, ChannelAction.Close, Time));
    }

    [Fact]
    public void A_signature_for_anything_else_does_not()
    {
        var signature = ChannelAuthorization.Sign(Sample.Customer, Network.RegTest, Origin, s_channel, ChannelAction.Close, Time);
        Assert.False(ChannelAuthorization.Verify(Sample.Stranger.PubKey, signature, Network.RegTest, Origin, s_channel, ChannelAction.Close, Time));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, signature, Network.Main, Origin, s_channel, ChannelAction.Close, Time));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, signature, Network.RegTest, "https://evil.example", s_channel, ChannelAction.Close, Time));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, signature, Network.RegTest, Origin, Sample.Channel().Id, ChannelAction.Close, Time));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, signature, Network.RegTest, Origin, s_channel, ChannelAction.Status, Time));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, signature, Network.RegTest, Origin, s_channel, ChannelAction.Close, Time + 1));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, Sample.HighS(signature), Network.RegTest, Origin, s_channel, ChannelAction.Close, Time));
        Assert.False(ChannelAuthorization.Verify(Sample.Customer.PubKey, default, Network.RegTest, Origin, s_channel, ChannelAction.Close, Time));
    }
}
