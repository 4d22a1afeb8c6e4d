using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>A token and the channel that it was paid on.</summary>
public sealed record StoredToken(ChannelId Channel, PaymentToken Token);

/// <summary>A token as its columns.</summary>
internal sealed record TokenRow(byte[] Id, long PayoutIndex, long Amount, long At, long IsRedeemed)
{
    public static readonly ColumnList Columns = new("id", "payout_index", "amount", "at", "is_redeemed");

    /// <summary>Writes one, or that it is redeemed. Understood by both stores.</summary>
    public static readonly string Save = $"INSERT INTO token ({Columns.Names}) VALUES ({Columns.Values}) ON CONFLICT (id) DO UPDATE SET is_redeemed = excluded.is_redeemed";

    /// <summary>Asks for one by <c>id</c>.</summary>
    public const string Question =
        "SELECT channel.id AS Channel, token.amount AS Amount, token.at AS At, token.is_redeemed AS IsRedeemed FROM token JOIN channel ON channel.payout_index = token.payout_index WHERE token.id = @id";

    public static TokenRow Of(uint channel, PaymentToken token) => new(token.Id.ToBytes(), channel, token.Amount.Satoshi, token.At, token.IsRedeemed ? 1 : 0);
}

/// <summary>A token as it is asked for.</summary>
internal sealed record FoundTokenRow(string Channel, long Amount, long At, long IsRedeemed)
{
    public StoredToken ToToken(uint256 id, string path) => RowReading.Read(path, $"token {id}", () => new StoredToken(
        ChannelId.Parse(Channel), new PaymentToken(id, Money.Satoshis(Amount), At, IsRedeemed == 1)));
}
