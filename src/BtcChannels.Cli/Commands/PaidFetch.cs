using System.Globalization;
using System.Text;
using BtcChannels.Client;
using BtcChannels.Paywall;

namespace BtcChannels.Cli.Commands;

/// <summary>One request: pays, writes the answer where it is wanted, and says what it cost.</summary>
internal sealed class PaidFetch(Session session, CliHost host, PayerOptions options, string? file)
{
    private const int ChunkBytes = 16_384;
    private static readonly TimeSpan s_progressPause = TimeSpan.FromMilliseconds(250);

    private SessionReceipt? _newest;
    private long _bytes;
    private long _shown;

    public async Task<ExitCode> RunAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (session.Output.IsJson && file is null) throw new UsageException("--json needs --output: standard output has room for one of the two");
        // First of all: what cannot be kept is not to be paid for.
        await using var target = OpenTarget(out var isNew);
        await using var payer = new Payer(session.Customer, options with { OnReceipt = Note });
        using var http = new HttpClient(new PaymentHandler(payer, host.NewPageHandler())) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (file is not null && target is { CanSeek: true, Length: > 0 }) target.SetLength(0);
            isNew = false;
            await WriteAsync(response, target, ct);
            if (_shown > 0) host.Error.WriteLine();
            var receipt = ViewOf(response.GetPaymentReceipt() ?? _newest);
            var status = (int)response.StatusCode;
            if (receipt is not null)
                session.Output.Warn($"Paid {Units(receipt.Units)}in channel {receipt.Channel}: {receipt.SpentSat} of {receipt.AuthorizedSat} sat authorized are spent");
            var token = response.GetRedeemedToken() is { } paid ? new RedeemedTokenView(paid.Channel.ToString(), paid.Token.ToString(), paid.Amount.Satoshi) : null;
            if (token is not null) session.Output.Warn($"Paid {token.AmountSat} sat in channel {token.Channel}");
            if (!response.IsSuccessStatusCode) return session.Output.Failed(ExitCode.Refused, $"{request.RequestUri} answered with status {status}");
            if (session.Output.IsJson) session.Output.Write(new FetchView(status, _bytes, file, receipt, token), CliJson.Default.FetchView, "");
            return ExitCode.Done;
        }
        catch (PaymentRefusedException refused)
        {
            return session.Output.Failed(CodeOf(refused.Reason), refused.Message, Wire.Slug.Of(refused.Reason));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or System.Net.Sockets.SocketException)   // bare, where it is reset as it is made
        {
            return session.Output.Failed(ExitCode.MerchantSilent, $"{request.RequestUri!.Authority} cannot be reached, or broke off: {lost.Message}");
        }
        finally
        {
            if (isNew)
            {
                await target.DisposeAsync();
                File.Delete(file!);
            }
        }
    }

    private static ExitCode CodeOf(PaymentRefusal reason) => reason switch
    {
        PaymentRefusal.InsufficientFunds or PaymentRefusal.ChannelExhausted => ExitCode.InsufficientFunds,
        PaymentRefusal.NotConfirmed => ExitCode.NotYet,
        PaymentRefusal.Unanswered => ExitCode.MerchantSilent,
        _ => ExitCode.Refused,
    };

    private async Task WriteAsync(HttpResponseMessage response, Stream target, CancellationToken ct)
    {
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            await foreach (var item in response.ReadPaidEventsAsync(ct))
            {
                var lines = string.Join('\n', item.Data.Split('\n').Select(it => $"data: {it}"));
                await WriteAsync(Encoding.UTF8.GetBytes(item.EventType == "message" ? $"{lines}\n\n" : $"event: {item.EventType}\n{lines}\n\n"), target, ct);
                await target.FlushAsync(ct);
            }
            return;
        }
        await using var source = await response.Content.ReadAsStreamAsync(ct);
        var chunk = new byte[ChunkBytes];
        while (await source.ReadAsync(chunk, ct) is > 0 and var length) await WriteAsync(chunk.AsMemory(0, length), target, ct);
        await target.FlushAsync(ct);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, Stream target, CancellationToken ct)
    {
        try
        {
            await target.WriteAsync(bytes, ct);
        }
        catch (IOException fault)
        {
            throw Unwritable(fault);
        }
        _bytes += bytes.Length;
        ShowProgress();
    }

    // What is in a file that exists stays there until an answer takes its place.
    private Stream OpenTarget(out bool isNew)
    {
        isNew = file is not null && !File.Exists(file);
        if (file is null) return host.OpenBody();
        try
        {
            return File.Open(file, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unwritable(fault);
        }
    }

    private static UsageException Unwritable(Exception fault) => new($"The answer cannot be written: {fault.Message}");

    private void Note(SessionReceipt receipt) => _newest = receipt;

    private void ShowProgress()
    {
        if (!session.Output.IsLive || file is null) return;
        if (_shown > 0 && session.Clock.GetElapsedTime(_shown) < s_progressPause) return;
        _shown = session.Clock.GetTimestamp();
        var spent = _newest is { } receipt ? $", {receipt.Spent.ToDecimalString()} sat spent in the channel" : "";
        host.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{_bytes / 1024:N0} KiB{spent}   "));
    }

    // A receipt that was asked for at the end tells of the channel alone.
    private static string Units(long count) => count == 0 ? "" : $"for {count} {(count == 1 ? "unit" : "units")} ";

    private static ReceiptView? ViewOf(SessionReceipt? receipt) => receipt is null
        ? null
        : new(receipt.ChannelId.ToString(), receipt.ChallengeId, receipt.AcceptedCumulative.Satoshi, receipt.Spent.ToDecimalString(), receipt.Units);
}
