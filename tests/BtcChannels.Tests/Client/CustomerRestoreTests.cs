using BtcChannels.Client;
using BtcChannels.Storage;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerRestoreTests
{
    private static readonly Money Amount = Money.Satoshis(4_000L);

    [Fact]
    public async Task A_merchant_sees_no_deposit_whose_backup_is_not_on_disk()
    {
        await using var rig = await Rig.StartAsync();
        var seen = new List<int>();
        rig.Merchant.Before = (path, _) =>
        {
            if (path == "channels") seen.Add(Directory.GetFiles(Folder(rig)).Length);
            return null;
        };
        await rig.OpenAsync();
        await rig.OpenAsync();
        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public async Task Where_no_backup_can_be_written_nothing_is_opened_and_the_coins_are_free()
    {
        await using var rig = await Rig.StartAsync();
        await File.WriteAllTextAsync(Folder(rig), "in the way");
        await Assert.ThrowsAsync<StoreUnavailableException>(rig.TryOpenAsync);
        Assert.Empty(await rig.Customer.ListAsync());
        Assert.Equal(rig.Funded, rig.Released);
        Assert.DoesNotContain(rig.Merchant.Requests, request => request.Path.EndsWith(" channels", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_that_somebody_took_away_is_written_again()
    {
        var (rig, _) = await Rig.WithOpenChannelAsync();
        await using var _rig = rig;
        var file = Assert.Single(Directory.GetFiles(Folder(rig)));
        File.Delete(file);
        await rig.Customer.ResumeAsync();
        Assert.Equal([file], Directory.GetFiles(Folder(rig)));
    }

    [Fact]
    public async Task With_words_and_backups_everything_comes_back_and_payments_go_on()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        var before = await rig.ReadAsync(channel);

        var backups = await rig.LoseEverythingAsync();
        Assert.Empty(await rig.Customer.ListAsync());
        var restored = Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
        Assert.Null(restored.Reservation);
        Assert.Equal((before.State, before.Newest, before.Acknowledged, before.DepositHeight), (restored.Channel.State, restored.Channel.Newest, restored.Channel.Acknowledged, restored.Channel.DepositHeight));
        Assert.Equal(Amount * 2, (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow().Authorized);
        Assert.Equal(Amount * 2, rig.Merchant[channel.Id].Balance.Authorized);
    }

    [Fact]
    public async Task A_channel_that_was_never_paid_through_comes_back_too()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var backups = await rig.LoseEverythingAsync();
        var restored = Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
        Assert.IsType<CustomerState.Active>(restored.Channel.State);
        Assert.Equal(Amount, (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow().Authorized);
    }

    [Theory]
    [InlineData("higher")]
    [InlineData("lower")]
    [InlineData("unsigned")]
    [InlineData("another channel")]
    [InlineData("another capacity")]
    [InlineData("another payout")]
    [InlineData("more than all")]
    public async Task What_the_customers_own_signature_does_not_show_is_not_believed(string lie)
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        var backups = await rig.LoseEverythingAsync();
        rig.Merchant.ChangeStatus = status => lie switch
        {
            "higher" => status with { AuthorizedSat = status.AuthorizedSat + 1 },
            "lower" => status with { AuthorizedSat = status.AuthorizedSat - 1 },
            "unsigned" => status with { Signature = null },
            "another channel" => status with { Channel = new ChannelId(new OutPoint(uint256.One, 0)).ToString() },
            "another capacity" => status with { CapacitySat = status.CapacitySat + 1 },
            "another payout" => status with { PayoutScript = Hex.Write(Rig.NewScript().ToBytes()) },
            _ => status with { AuthorizedSat = channel.Capacity.Satoshi + 1 },
        };
        var restored = Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
        Assert.Contains("not believed", restored.Reservation, StringComparison.Ordinal);
        Assert.IsType<PayResult.NotActive>(await rig.Customer.PayAsync(channel.Id, Amount));
        Assert.Equal(1, rig.Merchant.TimesAsked("/payments"));   // that before the loss

        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.Equal(channel.Refund.GetHash(), rig.Chain.Broadcasts[^1].GetHash());
    }

    [Fact]
    public async Task Where_the_merchant_is_gone_the_refund_is_taken_after_expiry()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var restored = await RestoreWithoutMerchantAsync(rig);
        Assert.NotNull(restored.Reservation);
        Assert.IsType<CloseResult.Unanswered>(await rig.Customer.CloseAsync(channel.Id));
        await rig.Customer.ResumeAsync();

        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.IsType<CustomerState.Refunding>((await rig.ReadAsync(channel)).State);
        Assert.Equal(channel.Refund.GetHash(), rig.Chain.Broadcasts[^1].GetHash());
    }

    [Fact]
    public async Task A_restore_after_expiry_takes_the_refund_at_once()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.PassExpiry(channel);
        Assert.IsType<CustomerState.Refunding>((await RestoreWithoutMerchantAsync(rig)).Channel.State);
        Assert.Equal(channel.Refund.GetHash(), rig.Chain.Broadcasts[^1].GetHash());
    }

    [Fact]
    public async Task A_merchant_who_answers_later_is_asked_again()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        await RestoreWithoutMerchantAsync(rig);
        rig.Merchant.Before = (_, _) => null;
        await rig.Customer.ResumeAsync();
        Assert.Equal(Amount, (await rig.ReadAsync(channel)).Authorized);
        Assert.Equal(Amount * 2, (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow().Authorized);
    }

    [Fact]
    public async Task Waiting_for_a_restored_channel_asks_for_what_was_signed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        await RestoreWithoutMerchantAsync(rig);
        rig.Merchant.Before = (_, _) => null;
        Assert.Equal(Amount, (await rig.Customer.WaitUntilOpenAsync(channel.Id)).OrThrow().Authorized);
    }

    [Fact]
    public async Task A_restored_channel_can_be_closed()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        await RestoreWithoutMerchantAsync(rig);
        rig.Merchant.Before = (_, _) => null;
        Assert.Equal(Amount, Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id)).ToMerchant);
    }

    [Fact]
    public async Task A_channel_that_its_merchant_does_not_know_waits_for_its_refund()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var backups = await rig.LoseEverythingAsync();
        rig.Merchant.Forget(channel.Id);
        Assert.IsType<CustomerState.Stranded>(Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups))).Channel.State);
    }

    [Fact]
    public async Task A_deposit_that_was_never_mined_goes_out_again()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        var backups = await rig.LoseEverythingAsync();
        rig.Chain.Broadcasts.Clear();
        Assert.IsType<CustomerState.Active>(Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups))).Channel.State);
        Assert.Equal([channel.DepositTransaction.GetHash()], rig.Chain.Broadcasts.Select(it => it.GetHash()));
        await rig.ConfirmAsync(channel);
        Assert.Equal(Amount, (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow().Authorized);
    }

    [Fact]
    public async Task A_deposit_that_a_third_party_changed_is_found_by_its_script_and_refunded()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        var moved = channel.DepositTransaction.Clone();
        moved.Inputs[0].ScriptSig = new Script(Op.GetPushOp([4, 5, 6]));
        rig.Chain.Mine(moved);
        var backups = await rig.LoseEverythingAsync();
        var restored = Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
        Assert.IsType<CustomerState.Stranded>(restored.Channel.State);
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        Assert.Equal(moved.GetHash(), Assert.Single(rig.Chain.Broadcasts[^1].Inputs).PrevOut.Hash);
    }

    [Fact]
    public async Task A_channel_whose_deposit_is_spent_is_over()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var backups = await rig.LoseEverythingAsync();
        rig.PassExpiry(channel);
        rig.Chain.Mine(channel.Refund);
        Assert.IsType<RestoredBackup.Over>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
        Assert.Empty(await rig.Customer.ListAsync());
    }

    [Fact]
    public async Task Restoring_again_changes_nothing_and_no_key_is_used_twice()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        var backups = await rig.LoseEverythingAsync();
        await rig.Customer.RestoreAsync(backups);
        (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        Assert.IsType<RestoredBackup.Known>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
        Assert.Equal(Amount * 2, (await rig.ReadAsync(channel)).Authorized);
        Assert.Equal(1_001u, (await rig.OpenAsync()).KeyIndex);
    }

    [Fact]
    public async Task What_is_no_backup_of_this_seed_is_told_and_stops_nothing()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        await using var stranger = await Rig.StartAsync();
        await stranger.OpenAsync();
        var backups = await rig.LoseEverythingAsync();
        File.Copy(Directory.GetFiles(Folder(stranger)).Single(), Path.Combine(backups, "stranger.btcb"));
        await File.WriteAllTextAsync(Path.Combine(backups, "nonsense.btcb"), "nonsense");
        var results = await rig.Customer.RestoreAsync(backups);
        Assert.Equal(2, results.OfType<RestoredBackup.Unreadable>().Count());
        Assert.Equal(channel.Id, Assert.Single(results.OfType<RestoredBackup.Restored>()).Channel.Id);
    }

    [Fact]
    public async Task Words_alone_bring_back_the_wallet()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000, 40_000);
        Directory.CreateDirectory(Folder(rig));
        await rig.LoseEverythingAsync();
        Assert.True(await rig.Customer.Wallet!.MakeAsync());
        Assert.Equal(190_000, (await rig.Customer.Wallet.BalanceAsync()).Spendable.Satoshi);
        Assert.Equal(2u, (await rig.Customer.Wallet.AddressAsync()).Index);   // those that were paid at are not given out again
    }

    [Fact]
    public async Task Words_do_not_replace_another_seed()
    {
        await using var rig = await Rig.StartAsync();
        var words = CustomerSeed.ReadWords(rig.Options.DataFolder)!;
        Assert.Null(CustomerSeed.Restore(rig.Options.DataFolder, words));
        var others = SeedWords.Of(new byte[32]).ToString();
        Assert.Throws<SeedException>(() => CustomerSeed.Restore(rig.Options.DataFolder, others));
        Assert.Equal(words, CustomerSeed.ReadWords(rig.Options.DataFolder));
    }

    private static string Folder(Rig rig) => Path.Combine(rig.Options.DataFolder, BackupFolder.DefaultName);

    /// <summary>Everything is lost but words and backups, and the merchant does not answer.</summary>
    private static async Task<RestoredBackup.Restored> RestoreWithoutMerchantAsync(Rig rig)
    {
        var backups = await rig.LoseEverythingAsync();
        rig.Merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        return Assert.IsType<RestoredBackup.Restored>(Assert.Single(await rig.Customer.RestoreAsync(backups)));
    }
}
