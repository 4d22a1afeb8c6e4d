using BtcChannels.Tests.Client;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class BackupSealTests
{
    [Fact]
    public async Task A_backup_holds_all_that_the_seed_cannot_give_and_not_what_was_paid()
    {
        var (keys, channel) = await ChannelAsync();
        var (read, fault) = keys.Backups.Read(keys.Backups.Write(channel, Network.RegTest), keys, Network.RegTest);
        Assert.Null(fault);
        Assert.Equal(
            (channel.Merchant, channel.KeyIndex, channel.Terms, channel.Door, channel.Confirmations, channel.Deposit, channel.CustomerScript),
            (read!.Merchant, read.KeyIndex, read.Terms, read.Door, read.Confirmations, read.Deposit, read.CustomerScript));
        Assert.Equal((channel.DepositTransaction.ToHex(), channel.Refund.ToHex()), (read.DepositTransaction.ToHex(), read.Refund.ToHex()));
        Assert.Equal((new CustomerState.Prepared(IsRestored: true), (SignedPayment?)null), (read.State, read.Newest));
    }

    [Fact]
    public async Task A_backup_tells_strangers_nothing_and_never_the_same()
    {
        var (keys, channel) = await ChannelAsync();
        var (one, other) = (keys.Backups.Write(channel, Network.RegTest), keys.Backups.Write(channel, Network.RegTest));
        Assert.NotEqual(one, other);
        Assert.Equal(-1, one.AsSpan().IndexOf("merchant"u8));
        Assert.Equal(-1, one.AsSpan().IndexOf(channel.Deposit.OutPoint.Hash.ToBytes()));
        var stranger = new CustomerKeys(new byte[32], Network.RegTest);
        Assert.Equal((null, "It is of another seed, or damaged"), stranger.Backups.Read(one, stranger, Network.RegTest));
    }

    [Fact]
    public async Task No_byte_of_a_backup_can_be_changed()
    {
        var (keys, channel) = await ChannelAsync();
        var backup = keys.Backups.Write(channel, Network.RegTest);
        for (var at = 0; at < backup.Length; at += at < 40 ? 1 : 37)
        {
            byte[] changed = [.. backup];
            changed[at] ^= 1;
            Assert.NotNull(keys.Backups.Read(changed, keys, Network.RegTest).Fault);
        }
        for (var length = 0; length < backup.Length; length += 11) Assert.NotNull(keys.Backups.Read(backup.AsSpan(0, length), keys, Network.RegTest).Fault);
    }

    [Fact]
    public async Task A_backup_of_another_network_is_told_as_one()
    {
        var (keys, channel) = await ChannelAsync();
        Assert.Equal("It is of another network", keys.Backups.Read(keys.Backups.Write(channel, Network.Main), keys, Network.RegTest).Fault);
    }

    private static async Task<(CustomerKeys, CustomerChannel)> ChannelAsync()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        using var seed = BtcChannels.Storage.SeedFile.Read(rig.Options.DataFolder)!;
        return (new CustomerKeys(seed.Bytes, Network.RegTest), channel);
    }
}
