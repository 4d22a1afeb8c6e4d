using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Regtest.Chaos;

/// <summary>A customer at the command line whose program is killed in the middle of paying, over and over: no signature that he sent is ever forgotten.</summary>
internal sealed class ChaosCli(World world, ChaosDice dice, Action<string> fault) : IDisposable
{
    private const int Done = 0;
    private const long Capacity = 5_000_000;

    private readonly CliProcess _cli = new(world.Node);
    private string? _channel;

    public int Kills { get; private set; }

    public OutPoint? OutPoint => _channel is null ? null : ChannelId.Parse(_channel).OutPoint;

    /// <summary>What was signed, all of which the merchant has in the end, satoshi.</summary>
    public long Signed { get; private set; }

    public async Task RunAsync(CancellationToken ct)
    {
        var opened = await UntilDoneAsync("open", world.Address.ToString(), $"{Capacity}", "--duration", "5h", "--json");
        _channel = opened.GetProperty("channel").GetString()!;
        do
        {
            using (var stream = _cli.Start("stream", _channel, "--rate", "0", "--amount", "3", "--count", "1000000"))
            {
                var output = Task.WhenAll(stream.StandardOutput.ReadToEndAsync(CancellationToken.None), stream.StandardError.ReadToEndAsync(CancellationToken.None));
                await Task.Delay(dice.Between(500, 3_000), CancellationToken.None);
                stream.Kill();
                await stream.WaitForExitAsync(CancellationToken.None);
                await output;
                Kills++;
            }
            await RepairAsync();
        }
        while (!ct.IsCancellationRequested);
        var closed = await UntilDoneAsync("close", _channel, "--json");
        if (closed.GetProperty("toMerchantSat").GetInt64() != Signed) fault($"{_channel}: {Signed} sat were signed at the command line, and the close pays {closed.GetProperty("toMerchantSat")}");
    }

    public void Dispose() => _cli.Dispose();

    /// <summary>One payment more settles what the kill left open.</summary>
    private async Task RepairAsync()
    {
        var paid = await UntilDoneAsync("pay", _channel!, "1000", "--json");
        var total = paid.GetProperty("totalSat").GetInt64();
        if (total < Signed) fault($"{_channel}: {Signed} sat were signed before a kill, and {total} after it");
        Signed = total;
        var status = await UntilDoneAsync("status", _channel!, "--json");
        var merchants = status.GetProperty("merchant");
        if (merchants.ValueKind == JsonValueKind.Object && merchants.TryGetProperty("authorizedSat", out var authorized) && authorized.GetInt64() != total)
            fault($"{_channel}: the customer paid {total} sat, and the merchant has {authorized}");
    }

    /// <summary>Merchant and node may be away for a moment; nothing is done twice by asking again, but for a payment's amount.</summary>
    private async Task<JsonElement> UntilDoneAsync(params string[] command)
    {
        for (var tries = 1; ; tries++)
        {
            var result = await _cli.RunAsync(command);
            if (result.ExitCode == Done) return result.Json;
            if (tries == 60) throw new TimeoutException($"{string.Join(' ', command)} ended with {result.ExitCode}: {result.Error}{result.Output}");
            await Task.Delay(500);
        }
    }
}
