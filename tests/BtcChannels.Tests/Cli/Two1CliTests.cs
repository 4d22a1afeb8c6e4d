using System.Text;
using BtcChannels.Cli;
using BtcChannels.Client;
using BtcChannels.Tests.Client;
using static BtcChannels.Tests.Cli.CliTests;

namespace BtcChannels.Tests.Cli;

public sealed class Two1CliTests : IAsyncLifetime
{
    private Shell _shell = null!;
    private OldServer _server = null!;

    private string Buy => new Uri(_server.Origin, "/buy").ToString();

    public async Task InitializeAsync()
    {
        _shell = await Shell.StartAsync();
        (_shell.Merchants, _shell.Pages) = (new SocketsHttpHandler(), new FetchCliTests.Kept(new SocketsHttpHandler()));
        _server = await OldServer.StartAsync(_shell.Rig.Chain, _shell.Rig.Clock);
        await using var customer = await Customer.OpenAsync(_shell.Rig.Options);
        await customer.Wallet!.MakeAsync();
        _shell.Rig.PayTo((await customer.Wallet.AddressAsync()).Address.ScriptPubKey, 1_000_000);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _shell.DisposeAsync();
    }

    private async Task<string> OpenAsync(params string[] more)
    {
        Assert.Equal(ExitCode.Done, await _shell.RunAsync(["open", _server.Door.ToString(), "100000", "--json", .. more]));
        var id = _shell.Json("channel").GetString()!;
        _shell.Rig.Chain.Mine(_shell.Rig.OnDisk().Single(channel => channel.Id.ToString() == id).DepositTransaction);
        return id;
    }

    [Fact]
    public async Task An_address_with_a_path_opens_at_a_two1_door()
    {
        var id = await OpenAsync();
        Assert.Equal(_server.Door.ToString(), _shell.Json("two1Door").GetString());
        Assert.Equal((100_000, 125_000), (_shell.Json("capacitySat").GetInt64(), _shell.Json("closeFeeSat").GetInt64()));
        Assert.Equal(ExitCode.Done, await _shell.RunAsync("list"));
        Assert.Contains(_server.Door.ToString(), _shell.Out, StringComparison.Ordinal);
        Assert.Contains(id, _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_fee_can_be_chosen()
    {
        await OpenAsync("--two1-fee", "5000");
        Assert.Equal(108_000, _shell.Json("depositSat").GetInt64());
    }

    [Theory]
    [InlineData("2999")]
    [InlineData("100000", "--duration", "3d")]
    public async Task What_21_has_not_is_wrong_usage(params string[] args)
    {
        Assert.Equal(ExitCode.Usage, await _shell.RunAsync(["open", _server.Door.ToString(), .. args]));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_payment_by_hand_prints_its_token_and_status_lists_it()
    {
        var id = await OpenAsync();
        Assert.Equal(ExitCode.Done, await _shell.RunAsync("pay", id, "4000"));
        var token = _server.Channels.Single().Newest!.GetHash().ToString();
        Assert.Contains($"token {token}", _shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await _shell.RunAsync("status", id));
        Assert.Contains($"{token}, 4000 sat, paid by hand", _shell.Out, StringComparison.Ordinal);
        Assert.Contains("he says    open, 4000 sat authorized", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_buys_at_a_merchant_of_21s()
    {
        var id = await OpenAsync();
        Assert.Equal(ExitCode.Refused, await _shell.RunAsync("get", Buy, "--max-price", "100"));
        Assert.Contains("a channel's first payment there is 3000 sat", _shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await _shell.RunAsync("get", Buy, "--max-price", "3000"));
        Assert.Equal("sold", Encoding.UTF8.GetString(_shell.Body.ToArray()));
        Assert.Contains($"Paid 3000 sat in channel {id}", _shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await _shell.RunAsync("get", Buy, "--max-price", "100", "-o", _shell.Rig.Folder.File("answer"), "--json"));
        Assert.Equal(50, _shell.Json("token").GetProperty("amountSat").GetInt64());
    }

    [Fact]
    public async Task Close_says_which_tokens_would_be_lost_and_closes_without_them_when_told()
    {
        var id = await OpenAsync();
        Assert.Equal(ExitCode.NotYet, await _shell.RunAsync("close", id));
        _server.IsLost = came => came.Token is not null;
        Assert.Equal(ExitCode.MerchantSilent, await _shell.RunAsync("get", Buy, "--max-price", "3000"));
        Assert.Equal(ExitCode.Usage, await _shell.RunAsync("close", id));
        Assert.Contains($"3000 sat for GET {Buy}", _shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await _shell.RunAsync("close", id, "--abandon-tokens"));
        Assert.Equal("closed", _server.Channels.Single().State);
    }
}
