using BtcChannels.Cli;
using BtcChannels.Client;

using BtcChannels.Tests.Client;
using static BtcChannels.Tests.Cli.CliTests;

namespace BtcChannels.Tests.Cli;

public class WalletCliTests
{
    [Fact]
    public async Task A_new_wallet_shows_its_words_and_there_is_only_one()
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "new", "--json"));
        var words = shell.Json("words").GetString()!;
        Assert.Equal(24, words.Split(' ').Length);
        Assert.Contains("Write these words down", shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("wallet", "new"));
        Assert.DoesNotContain(words, shell.Out + shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "words"));
        Assert.Equal(words, shell.Out.Trim());
    }

    [Fact]
    public async Task An_address_has_its_qr_code_where_somebody_looks_and_alone_elsewhere()
    {
        await using var shell = await Shell.StartAsync();
        await shell.RunAsync("wallet", "new");
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "address"));
        var address = shell.Out.Trim();
        Assert.StartsWith("bcrt1q", address, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "address", "--json"));
        Assert.Equal((address, $"bitcoin:{address}"), (shell.Json("address").GetString(), shell.Json("uri").GetString()));
        shell.IsTerminal = true;
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "address"));
        Assert.EndsWith(address, shell.Out.Trim(), StringComparison.Ordinal);
        var picture = shell.Out.Split('\n').Where(line => line.Contains('█', StringComparison.Ordinal)).ToList();
        Assert.InRange(picture.Count, 15, 40);
        Assert.Single(picture.Select(line => line.TrimEnd('\r').Length).Distinct());
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "address", "--legacy", "--new", "--json"));
        Assert.Matches("^[mn]", shell.Json("address").GetString());
    }

    [Fact]
    public async Task What_comes_in_is_in_the_balance_and_can_be_sent()
    {
        await using var shell = await Shell.StartAsync();
        await shell.RunAsync("wallet", "new");
        await PayInAsync(shell, 80_000);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "balance", "--json"));
        Assert.Equal(80_000, shell.Json("spendableSat").GetInt64());
        var elsewhere = Elsewhere();
        Assert.Equal(ExitCode.InsufficientFunds, await shell.RunAsync("wallet", "send", elsewhere, "80000"));
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("wallet", "send", elsewhere, "200"));
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "send", elsewhere, "all", "--fee-rate", "2", "--json"));
        Assert.Equal(80_000, shell.Json("paidSat").GetInt64() + shell.Json("feeSat").GetInt64());
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "balance"));
        Assert.Contains("80000 sat being spent", shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wallet", "balance")]
    [InlineData("wallet", "address")]
    [InlineData("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "1000")]
    [InlineData("wallet", "new", "--wallet", "of-the-node")]
    [InlineData("restore", "no-such-folder")]
    public async Task Without_a_wallet_of_ones_own_that_is_said(params string[] args)
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync(args));
    }

    [Theory]
    [InlineData("wallet", "send", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1000")]   // of the main network
    [InlineData("wallet", "send", "nonsense", "1000")]
    [InlineData("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "0.5")]
    [InlineData("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "everything")]
    [InlineData("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "1000", "--fee-rate", "0")]
    public async Task What_cannot_be_sent_is_wrong_usage(params string[] args)
    {
        await using var shell = await Shell.StartAsync();
        await shell.RunAsync("wallet", "new");
        Assert.Equal(ExitCode.Usage, await shell.RunAsync(args));
        Assert.Empty(shell.Rig.Chain.Broadcasts);
    }

    [Fact]
    public async Task Words_and_backups_bring_everything_back_at_the_command_line()
    {
        await using var shell = await Shell.StartAsync();
        shell.Variables["BTCCHANNELS_BACKUPS"] = shell.Rig.Folder.File("../elsewhere");
        await shell.RunAsync("wallet", "new", "--json");
        shell.Typed = shell.Json("words").GetString() + "\n";
        await PayInAsync(shell, 400_000);
        var id = await shell.OpenAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("pay", id, "1000"));
        Assert.Single(Directory.GetFiles(shell.Rig.Folder.File("../elsewhere")));
        shell.Rig.Chain.Mine();

        Directory.Delete(shell.Rig.Folder.Path, recursive: true);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("restore", shell.Rig.Folder.File("../elsewhere"), "--json"));
        var channel = shell.Json("channels").EnumerateArray().Single();
        Assert.Equal((id, "active", 1_000), (channel.GetProperty("channel").GetString(), channel.GetProperty("state").GetString(), channel.GetProperty("authorizedSat").GetInt64()));
        Assert.True(shell.Json("balance").GetProperty("spendableSat").GetInt64() > 290_000);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("pay", id, "1000", "--json"));
        Assert.Equal(2_000, shell.Json("totalSat").GetInt64());
    }

    [Fact]
    public async Task Words_alone_say_that_channels_need_their_backups()
    {
        await using var shell = await Shell.StartAsync();
        shell.Typed = SeedWords.Of(new byte[32]).ToString();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("restore"));
        Assert.Contains("Channels are not", shell.Error, StringComparison.Ordinal);
        Assert.Equal(SeedWords.Of(new byte[32]).ToString(), CustomerSeed.ReadWords(shell.Rig.Folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("zoo zoo zoo")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon")]
    public async Task Wrong_words_make_nothing(string words)
    {
        await using var shell = await Shell.StartAsync();
        shell.Typed = words;
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("restore"));
        Assert.False(File.Exists(shell.Rig.Folder.Seed));
    }

    [Fact]
    public async Task A_folder_with_another_seed_is_left_as_it_is()
    {
        await using var shell = await Shell.StartAsync();
        await shell.RunAsync("wallet", "new");
        var before = File.ReadAllText(shell.Rig.Folder.Seed);
        shell.Typed = SeedWords.Of(new byte[32]).ToString();
        Assert.Equal(ExitCode.Store, await shell.RunAsync("restore"));
        Assert.Equal(before, File.ReadAllText(shell.Rig.Folder.Seed));
    }

    private static async Task PayInAsync(Shell shell, long satoshi)
    {
        Assert.Equal(ExitCode.Done, await shell.RunAsync("wallet", "address", "--json"));
        shell.Rig.PayTo(global::NBitcoin.BitcoinAddress.Create(shell.Json("address").GetString()!, global::NBitcoin.Network.RegTest).ScriptPubKey, satoshi);
    }

    private static string Elsewhere() => "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";   // BIP173's key on regtest
}
