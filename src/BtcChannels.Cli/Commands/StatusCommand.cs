using System.CommandLine;
using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Wire;

namespace BtcChannels.Cli.Commands;

internal static class StatusCommand
{
    private const int MaxTokens = 10;

    public static Command Make(Cli cli)
    {
        var channel = ChannelArgument.Make();
        return cli.On(
            new Command("status", "Shows a channel as the store has it after a look at the chain, and as its merchant has it.") { channel },
            async (parsed, session, ct) =>
            {
                var found = await session.FindAsync(parsed.GetRequiredValue(channel), ct);
                try
                {
                    await session.Customer.SyncAsync(ct);
                }
                catch (ChainUnavailableException away)
                {
                    session.Output.Warn($"As of the last look at the chain: {away.Message}");
                }
                found = (await session.Customer.ListAsync(ct)).Single(it => it.KeyIndex == found.KeyIndex);
                var reply = await session.Customer.StatusAsync(found, ct);
                var answer = (reply as MerchantReply<StatusAnswer>.Success)?.Answer;
                TokenView[] tokens = [.. (await session.Customer.TokensAsync(found, MaxTokens, ct)).Select(it => new TokenView(it.Token.ToString(), it.Amount.Satoshi, it.For?.Method, it.For?.Address))];
                return session.Output.Done(
                    new StatusView(ChannelView.Of(found), answer, answer is null ? reply.Words : null, tokens), CliJson.Default.StatusView, Words(found, answer, reply.Words, tokens));
            });
    }

    private static string Words(CustomerChannel channel, StatusAnswer? answer, string silence, TokenView[] tokens) => string.Join('\n', (string[])[
        $"channel    {channel.Id}",
        $"merchant   {ChannelView.AddressOf(channel)}",
        $"state      {ChannelView.StateOf(channel)}",
        $"deposit    {channel.Deposit.Value.Satoshi} sat, {(channel.DepositHeight is { } height ? $"in block {height}" : "in no block")}",
        $"paid       {channel.Authorized.Satoshi} sat, of which {channel.Acknowledged.Satoshi} sat acknowledged",
        $"left       {channel.Remaining.Satoshi} sat",
        $"expiry     {channel.Terms.Expiry}",
        answer is null ? $"he says    nothing: {silence}" : $"he says    {Plain(answer.State)}, {answer.AuthorizedSat} sat authorized, {answer.SpentMsat} msat spent",
        .. tokens.Select(it => $"token      {it.Token}, {it.AmountSat} sat{(it.Address is null ? ", paid by hand" : $" for {it.Method} {it.Address}")}")]);

    /// <summary>A stranger's word, as far as a terminal may have it.</summary>
    private static string Plain(string word) => new([.. word.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-').Take(32)]);
}
