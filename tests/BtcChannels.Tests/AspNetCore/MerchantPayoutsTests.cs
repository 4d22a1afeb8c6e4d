using System.Security.Cryptography;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Server;
using BtcChannels.Storage;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class MerchantPayoutsTests : IDisposable
{
    private static readonly Script Home = StoreSample.PayTo(77);

    private readonly MerchantKeys _keys = new(Enumerable.Range(1, 32).Select(it => (byte)it).ToArray(), Network.RegTest);
    private readonly Client.FakeChain _chain = new(Network.RegTest);
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Payouts_are_where_closes_pay_to() =>
        Assert.All((uint[])[0, 1, 9_999, int.MaxValue], index => Assert.Equal(_keys.PayoutScript(index), _keys.Payouts.Public.ScriptAt(new AddressPath(AddressPath.Receiving, index))));

    [Fact]
    public async Task Payouts_are_found_from_the_seed_alone_however_many_channels_lie_between()
    {
        Pay(3, 40_000);
        Pay(9_000, 30_000);
        Pay(15_000, 20_000);
        var found = await Payouts().FindAsync(CancellationToken.None);
        Assert.Equal([(3u, 40_000L), (9_000u, 30_000L), (15_000u, 20_000L)], found.Select(coin => (coin.Owner!.Value.Path.Index, coin.Output.Value.Satoshi)));
    }

    [Fact]
    public async Task A_sweep_sends_all_that_outlasts_its_fee_and_a_second_one_finds_nothing()
    {
        Pay(0, 40_000);
        Pay(1, 300);
        Pay(2, 60_000);
        var swept = Assert.Single(await Payouts().SweepAsync(Home, new FeeRate(Money.Satoshis(5_000L)), isTrial: false, CancellationToken.None));
        Assert.True(swept.Outcome!.IsKnown);
        Assert.Equal(100_000, (swept.Paid + swept.Fee).Satoshi);
        Assert.Equal([(Home, swept.Paid)], swept.Transaction.Outputs.Select(output => (output.ScriptPubKey, output.Value)));
        Assert.Empty(await Payouts().SweepAsync(Home, new FeeRate(Money.Satoshis(5_000L)), isTrial: false, CancellationToken.None));
    }

    [Fact]
    public async Task A_trial_sends_nothing()
    {
        Pay(0, 40_000);
        Assert.Null(Assert.Single(await Payouts().SweepAsync(Home, null, isTrial: true, CancellationToken.None)).Outcome);
        Assert.Empty(_chain.Broadcasts);
    }

    [Fact]
    public async Task More_payouts_than_one_transaction_takes_go_in_several()
    {
        for (var index = 0u; index < 605; index++) Pay(index, 10_000 + index, isMined: false);
        _chain.Mine([.. _unmined]);
        var swept = await Payouts().SweepAsync(Home, null, isTrial: false, CancellationToken.None);
        Assert.Equal([600, 5], swept.Select(it => it.Transaction.Inputs.Count));
        Assert.All(swept, it => Assert.True(it.Transaction.GetVirtualSize() < 100_000));
    }

    [Fact]
    public async Task A_sweep_ends_with_the_first_transaction_that_is_not_taken()
    {
        Pay(0, 40_000);
        _chain.OnBroadcast = _ => new BroadcastOutcome.FeeTooLow("min relay fee not met");
        Assert.False(Assert.Single(await Payouts().SweepAsync(Home, null, isTrial: false, CancellationToken.None)).Outcome!.IsKnown);
    }

    [Fact]
    public void Without_a_seed_that_is_said_and_none_is_made()
    {
        Assert.Throws<SeedException>(() => MerchantPayouts.ReadAccounts(_folder.Path, Network.RegTest));
        Assert.False(File.Exists(_folder.Seed));
    }

    [Fact]
    public async Task The_descriptor_is_told_without_a_node()
    {
        SeedFile.ReadOrMake(_folder.Path).Dispose();
        using var output = new StringWriter();
        await PayoutCommands.DescribeAsync(new ServerSettings { Network = "regtest", Data = _folder.Path }, output);
        Assert.Equal(MerchantPayouts.ReadAccounts(_folder.Path, Network.RegTest).Select(it => it.Public.Descriptor(0)), output.ToString().Trim().Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("sweep")]
    [InlineData("sweep", "--dry-run")]
    [InlineData("sweep", "nonsense")]
    [InlineData("sweep", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")]
    [InlineData("sweep", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "--fee-rate")]
    [InlineData("sweep", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "--fee-rate", "0")]
    [InlineData("sweep", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "--dry")]
    [InlineData("backup")]
    [InlineData("payout")]
    [InlineData("")]
    public async Task What_is_not_understood_is_wrong_usage(params string[] words)
    {
        SeedFile.ReadOrMake(_folder.Path).Dispose();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => OneTimeCommand.Read(words, TextWriter.Null)!.Run(new ServerSettings { Network = "regtest", Data = _folder.Path, NodeUser = "a", NodePassword = "b" }));
    }

    [Theory]
    [InlineData(new[] { "--BtcChannels:Network=regtest" }, null)]
    [InlineData(new string[0], null)]
    [InlineData(new[] { "payouts", "--BtcChannels:Data=x" }, new[] { "--BtcChannels:Data=x" })]
    [InlineData(new[] { "payouts", "descriptor", "--BtcChannels:Data=x" }, new[] { "--BtcChannels:Data=x" })]
    [InlineData(new[] { "backup", "there", "--BtcChannels:Data=x" }, new[] { "--BtcChannels:Data=x" })]
    [InlineData(new[] { "sweep", "address", "--fee-rate", "2", "--BtcChannels:Data", "x" }, new[] { "--BtcChannels:Data", "x" })]
    public void Settings_are_told_from_words(string[] args, string[]? settings) => Assert.Equal(settings, OneTimeCommand.Read(args, TextWriter.Null)?.Settings);

    private readonly List<Transaction> _unmined = [];

    private MerchantPayouts Payouts() => new([_keys.Payouts, _keys.Two1], _chain, _chain);

    private void Pay(uint index, long satoshi, bool isMined = true)
    {
        var close = Transaction.Create(Network.RegTest);
        close.Inputs.Add(new TxIn(new OutPoint(new uint256(SHA256.HashData(BitConverter.GetBytes(index))), 0u)));
        close.Outputs.Add(new TxOut(Money.Satoshis(satoshi), _keys.PayoutScript(index)));
        if (isMined) _chain.Mine(close);
        else _unmined.Add(close);
    }
}
