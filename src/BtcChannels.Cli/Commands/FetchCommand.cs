using System.CommandLine;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Cli.Commands;

/// <summary>Requests that pay for themselves, as curl makes them.</summary>
internal static class FetchCommand
{
    public static Command MakeGet(Cli cli, CliHost host) => Make(cli, host, HttpMethod.Get, new Command("get", "Gets a URL, and pays for it where it has a price."), data: null);

    public static Command MakePost(Cli cli, CliHost host) => Make(
        cli, host, HttpMethod.Post, new Command("post", "Posts to a URL, and pays for it where it has a price."),
        new Option<string?>("--body", "-d") { Description = "The body; @file for a file's, @- for what is typed.", HelpName = "text", Required = true });

    private static Command Make(Cli cli, CliHost host, HttpMethod method, Command command, Option<string?>? data)
    {
        var url = new Argument<Uri?>("url") { Description = "Such as https://shop.example/answers", CustomParser = Parsers.HttpAddress };
        var file = new Option<string?>("--output", "-o") { Description = "Write the answer's body there. Default standard output.", HelpName = "file" };
        var headers = new Option<string[]>("--header", "-H") { Description = "A further header, such as 'Accept: text/plain'.", HelpName = "name: value", DefaultValueFactory = _ => [] };
        var maxPrice = new Option<MilliSatoshi?>("--max-price")
        {
            Description = "The most that the whole answer may cost, satoshi, such as 25 or 0.25. Default 1000.", HelpName = "sat", CustomParser = result => Parsers.Price(result),
        };
        var maxDay = new Option<Money?>("--max-per-day") { Description = "The most that is authorized on a day (UTC), satoshi. Default 100000.", HelpName = "sat", CustomParser = Parsers.Amount };
        var deposit = new Option<Money?>("--deposit") { Description = "The deposit of a channel that is opened for it, satoshi. Default what the merchant suggests.", HelpName = "sat", CustomParser = Parsers.Amount };
        var maxDeposit = new Option<Money?>("--max-deposit") { Description = "The largest deposit, satoshi. Default 100000.", HelpName = "sat", CustomParser = Parsers.Amount };
        var rate = new Option<Money?>("--max-rate") { Description = "The most that a stream spends in a second, satoshi. Default no bound.", HelpName = "sat", CustomParser = Parsers.Amount };
        var ahead = new Option<int?>("--ahead")
        {
            Description = "So many units of a stream are paid for before they are needed. Default 0: it pauses and is paid then.", HelpName = "units", CustomParser = result => Parsers.Count("a number of units", 0, 1_000_000)(result),
        };
        var two1Fee = Two1Fee.Make();
        var noOpen = new Option<bool>("--no-open") { Description = "Pay in channels that are open, and open none." };
        foreach (var option in (Option?[])[data, file, headers, maxPrice, maxDay, deposit, maxDeposit, rate, ahead, two1Fee, noOpen])
            if (option is not null) command.Options.Add(option);
        command.Arguments.Add(url);
        return cli.On(command, async (parsed, session, ct) =>
        {
            var usual = new PayerOptions();
            var options = usual with
            {
                MaxPerRequest = parsed.GetValue(maxPrice) ?? usual.MaxPerRequest,
                MaxPerDay = parsed.GetValue(maxDay) ?? usual.MaxPerDay,
                MaxPerHost = null,
                InitialDeposit = parsed.GetValue(deposit),
                MaxDeposit = parsed.GetValue(maxDeposit) ?? usual.MaxDeposit,
                MaxRate = parsed.GetValue(rate) is { } most ? new(most, TimeSpan.FromSeconds(1)) : null,
                StreamAhead = parsed.GetValue(ahead) ?? usual.StreamAhead,
                MayOpen = !parsed.GetValue(noOpen),
                ConfirmationPatience = TimeSpan.FromDays(1),   // as long as somebody waits
                MaxBodyBytes = int.MaxValue,
                OnOpened = result =>
                {
                    if (result is OpenResult.Opened) session.Output.Warn($"{result}; waiting for the deposit to be mined");
                },
            };
            using var request = new HttpRequestMessage(method, parsed.GetRequiredValue(url));
            if (data is not null) request.Content = await BodyAsync(parsed.GetRequiredValue(data)!, host, ct);
            foreach (var header in parsed.GetRequiredValue(headers)) Add(request, header);
            return await new PaidFetch(session, host, options, parsed.GetValue(file)).RunAsync(request, ct);
        }, two1: Two1Fee.Read(two1Fee));
    }

    private static async Task<ByteArrayContent> BodyAsync(string data, CliHost host, CancellationToken ct)
    {
        if (data == "@-") return new StringContent(await host.In.ReadToEndAsync(ct));
        if (!data.StartsWith('@')) return new StringContent(data);
        try
        {
            return new ByteArrayContent(await File.ReadAllBytesAsync(data[1..], ct));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The body cannot be read: {fault.Message}");
        }
    }

    private static void Add(HttpRequestMessage request, string header)
    {
        var colon = header.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = colon > 0 ? (header[..colon].Trim(), header[(colon + 1)..].Trim()) : throw new UsageException($"'{header}' is no header: give its name, a colon and its value");
        request.Content?.Headers.Remove(name);
        if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content?.Headers.TryAddWithoutValidation(name, value) != true)
            throw new UsageException($"'{name}' is no header of such a request");
    }
}
