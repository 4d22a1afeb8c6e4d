using BtcChannels.Client;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class Two1OpeningTests
{
    private const long FourDays = 345_600;

    [Fact]
    public async Task A_channel_has_the_economics_of_21()
    {
        await using var two1 = await Two1Rig.StartAsync();
        var channel = (await two1.TryOpenAsync()).OrThrow();
        Assert.Equal((228_000L, 100_000L, 125_000L), (channel.Deposit.Value.Satoshi, channel.Capacity.Satoshi, channel.Terms.CloseFee.Satoshi));
        Assert.Equal(channel.Deposit, two1.Server[channel].Deposit);
        Assert.Equal(1, channel.Confirmations);
        Assert.Equal((two1.Server.Origin.GetLeftPart(UriPartial.Authority), new CustomerDoor.Two1("/payment", 0)), (channel.Merchant, channel.Door));
        Assert.IsType<CustomerState.Active>(channel.State);
        Assert.Contains(channel.DepositTransaction.GetHash(), two1.Rig.Chain.Broadcasts.Select(it => it.GetHash()));
    }

    [Fact]
    public async Task The_fee_is_the_customers_choice()
    {
        await using var two1 = await Two1Rig.StartAsync(it => it with { Two1 = new Two1Options { Fee = Money.Satoshis(2_000L) } });
        two1.Server.LeastFee = 1_000;
        var channel = await two1.OpenAsync();
        Assert.Equal(105_000L, channel.Deposit.Value.Satoshi);
        (await two1.Customer.PayAsync(channel.Id, Money.Satoshis(3_000L))).OrThrow();
        Assert.Equal(102_000L + 1_000L, two1.Server[channel].Newest!.TotalOut.Satoshi);
    }

    [Fact]
    public async Task Refund_and_backup_are_on_disk_before_the_door_hears_of_the_deposit()
    {
        await using var two1 = await Two1Rig.StartAsync();
        var (stored, backups, out_) = (0, 0, 0);
        two1.Server.Before = came =>
        {
            if (came.Method != "POST") return null;
            var channel = Assert.Single(two1.Rig.OnDisk());
            Assert.Null(RefundCheck.FaultOf(channel.Refund, channel.Deposit, channel.Terms));
            (stored, backups, out_) = (1, Directory.GetFiles(Path.Combine(two1.Rig.Options.DataFolder, "backups")).Length, two1.Rig.Chain.Broadcasts.Count);
            return null;
        };
        (await two1.TryOpenAsync()).OrThrow();
        Assert.Equal((1, 1, 0), (stored, backups, out_));
    }

    [Fact]
    public async Task An_old_server_is_shown_a_deposit_without_its_witness()
    {
        await using var two1 = await Two1Rig.StartAsync();
        var channel = (await two1.TryOpenAsync()).OrThrow();
        Assert.Contains(channel.DepositTransaction.Inputs, input => input.WitScript != WitScript.Empty);
        var shown = Transaction.Parse(Assert.Single(two1.Server.Asked("POST")).Form["deposit_tx"], Network.RegTest);
        Assert.All(shown.Inputs, input => Assert.Equal(WitScript.Empty, input.WitScript));
        Assert.Equal(channel.DepositTransaction.GetHash(), shown.GetHash());
    }

    [Fact]
    public async Task A_newer_server_that_wants_to_see_the_signatures_is_shown_them()
    {
        await using var two1 = await Two1Rig.StartAsync();
        var shown = new List<string>();
        two1.Server.Before = came =>
        {
            if (came.Method != "POST") return null;
            shown.Add(came.Form["deposit_tx"]);
            return shown.Count == 1 ? (400, "The deposit is not signed.") : (200, "{}");
        };
        var channel = (await two1.TryOpenAsync()).OrThrow();
        Assert.Equal(channel.DepositTransaction.ToHex(), shown[1]);
        Assert.NotEqual(shown[0], shown[1]);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_after_and_the_deposit_goes_out_only_then()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Server.IsAnswerLost = came => came.Method == "POST";
        var unanswered = Assert.IsType<OpenResult.Unanswered>(await two1.TryOpenAsync());
        Assert.Empty(two1.Rig.Chain.Broadcasts);
        two1.Server.IsAnswerLost = _ => false;
        await two1.RestartAsync();
        await two1.Customer.ResumeAsync();
        Assert.IsType<CustomerState.Active>((await two1.ReadAsync(unanswered.Prepared!)).State);
        Assert.Single(two1.Rig.Chain.Broadcasts);
    }

    [Fact]
    public async Task A_refusal_drops_the_channel_and_no_deposit_goes_out()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Server.Before = came => came.Method == "POST" ? (400, "Public key does not belong to the merchant.") : null;
        var refused = Assert.IsType<OpenResult.Refused>(await two1.TryOpenAsync());
        Assert.Equal("Public key does not belong to the merchant.", refused.Refusal.Detail);
        Assert.Empty(two1.Rig.Chain.Broadcasts);
        Assert.IsType<CustomerState.Dropped>(Assert.Single(await two1.Customer.ListAsync()).State);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(3, null)]
    [InlineData(2, "02ff")]
    [InlineData(2, "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f")]
    [InlineData(2, "020000000000000000000000000000000000000000000000000000000000000005")]
    public async Task Another_version_or_no_compressed_key_is_not_opened_at(int version, string? key)
    {
        await using var two1 = await Two1Rig.StartAsync();
        (two1.Server.Version, two1.Server.ToldKey) = (version, key);
        Assert.IsType<OpenResult.MerchantInvalid>(await two1.TryOpenAsync());
        Assert.Empty(await two1.Customer.ListAsync());
        Assert.Empty(two1.Server.Asked("POST"));
    }

    [Theory]
    [InlineData(200, "<html>sold</html>")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"version": 2}""")]
    [InlineData(200, """{"version": "2", "public_key": 7}""")]
    [InlineData(302, "elsewhere")]
    [InlineData(500, "oops")]
    public async Task What_is_no_answer_of_the_protocol_opens_nothing(int status, string body)
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Server.Before = _ => (status, body);
        Assert.IsType<OpenResult.Unanswered>(await two1.TryOpenAsync());
        Assert.Empty(await two1.Customer.ListAsync());
    }

    [Fact]
    public async Task The_expiry_is_late_enough_for_the_server_and_early_enough_for_its_script()
    {
        await using var two1 = await Two1Rig.StartAsync(it => it with { Policy = new CustomerPolicy { MaxDuration = TimeSpan.FromDays(10_000) } });
        var shortest = (await two1.Customer.OpenTwo1Async(two1.Server.Door, Two1Rig.Capacity, Two1Protocol.MinDuration)).OrThrow();
        Assert.True(shortest.Terms.Expiry.Value >= FakeChain.GenesisTime + FourDays);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => two1.Customer.OpenTwo1Async(two1.Server.Door, Two1Rig.Capacity, TimeSpan.FromDays(3)));
        // 2038-01-19 03:14:07, after which its four bytes are negative and the refund is lost.
        var left = int.MaxValue - two1.Rig.Clock.GetUtcNow().ToUnixTimeSeconds();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => two1.Customer.OpenTwo1Async(two1.Server.Door, Two1Rig.Capacity, TimeSpan.FromSeconds(left)));
        Assert.Single(two1.Server.Channels);
    }

    [Fact]
    public async Task Without_a_wallet_of_his_own_a_customer_opens_none()
    {
        await using var rig = await Rig.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Customer.OpenTwo1Async(new Uri("http://127.0.0.1:1/payment"), Two1Rig.Capacity, Two1Rig.Duration));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://127.0.0.1:8080/payment?a=b")]
    [InlineData("http://user@127.0.0.1:8080/payment")]
    [InlineData("ftp://127.0.0.1/payment")]
    public async Task What_is_no_doors_address_is_not_asked(string address)
    {
        await using var two1 = await Two1Rig.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => two1.Customer.OpenTwo1Async(new Uri(address), Two1Rig.Capacity, Two1Rig.Duration));
    }

    [Fact]
    public async Task With_zero_confirmation_the_deposit_need_not_be_mined()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Server.IsZeroConf = true;
        var channel = (await two1.TryOpenAsync()).OrThrow();
        (await two1.Customer.PayAsync(channel.Id, Money.Satoshis(3_000L))).OrThrow();
    }

    [Fact]
    public async Task Without_it_nothing_is_signed_before_and_the_first_payment_makes_the_server_look()
    {
        await using var two1 = await Two1Rig.StartAsync();
        var channel = (await two1.TryOpenAsync()).OrThrow();
        Assert.IsType<PayResult.NotYet>(await two1.Customer.PayAsync(channel.Id, Money.Satoshis(3_000L)));
        Assert.Empty(two1.Server.Payments);
        await two1.MineAsync(channel.DepositTransaction);
        Assert.Equal("confirming", two1.Server[channel].State);
        Assert.IsType<WaitResult.Open>(await two1.Customer.WaitUntilOpenAsync(channel.Id, TimeSpan.Zero));
        (await two1.Customer.PayAsync(channel.Id, Money.Satoshis(3_000L))).OrThrow();
    }
}
