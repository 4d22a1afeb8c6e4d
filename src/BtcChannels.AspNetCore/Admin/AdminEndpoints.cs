using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using BtcChannels.AspNetCore.Http;
using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using NBitcoin;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>What an operator can ask and do. docs/operations.md describes it.</summary>
internal sealed class AdminEndpoints(
    IMerchantStore store, IMerchantReports reports, MerchantWorker worker, AdminCloses closes, Draining draining, Alarms alarms, ChainView view, BtcChannelsOptions options, TimeProvider clock)
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1_000;

    private static readonly string[] s_states = ["pending", "open", "closing", "closed", "abandoned", "refunded"];
    private static readonly TimeSpan s_span = TimeSpan.FromHours(6);

    public async Task<JsonHttpResult<StatsAnswer>> StatsAsync(CancellationToken ct)
    {
        var sums = await reports.TotalsAsync(ct);
        var states = (await store.SumsAsync(ct)).Select(it => new StateAnswer(it.State, it.Count, it.Deposits.Satoshi, it.Authorized.Satoshi)).ToList();
        var isKnown = view.TryGetNow(out var now);
        return Json(
            new StatsAnswer(
                BitcoinNetworks.NameOf(options.Network), options.Origin, clock.GetUtcNow().ToUnixTimeSeconds(), isKnown ? now!.Tip.Height : null, isKnown ? (long)now!.ChainSilence.TotalSeconds : null, draining.IsOn, states,
                states.Sum(it => it.DepositsSat), states.Sum(it => it.AuthorizedSat), sums.Spent.Value, sums.Settled.Satoshi, sums.Customers, alarms.Count),
            AdminJson.Default.StatsAnswer);
    }

    public async Task<Results<JsonHttpResult<ChannelsAnswer>, ProblemHttpResult>> ListAsync(string? state, string? customer, string? after, string? limit, CancellationToken ct)
    {
        if (state is not null && !s_states.Contains(state)) return Problems.Malformed($"state is one of {string.Join(", ", s_states)}");
        var most = DefaultPage;
        if (limit is not null && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most is >= 1 and <= MaxPage)) return Problems.Malformed($"limit is 1 to {MaxPage}");
        var from = 0u;
        if (after is not null && !uint.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out from)) return Problems.Malformed("after is what the page before gave as next");
        PubKey? key = null;
        if (customer is not null && !(Hex.TryParse(customer, out var bytes) && bytes.Length == 33 && PubKey.TryCreatePubKey(bytes, out key))) return Problems.Malformed("customer is a compressed public key, 66 letters of hex");
        var channels = await reports.ListAsync(new ChannelFilter(state, key), after is null ? null : from, most, ct);
        return Json(new ChannelsAnswer([.. channels.Select(ChannelAnswer.Of)], channels.Count == most ? channels[^1].PayoutIndex : null), AdminJson.Default.ChannelsAnswer);
    }

    public async Task<Results<JsonHttpResult<ChannelAnswer>, ProblemHttpResult>> FindAsync(string id, CancellationToken ct) =>
        ChannelId.TryParse(id, out var channel) && await store.FindAsync(channel, ct) is { } found
            ? Json(ChannelAnswer.Of(found) with { History = [.. (await reports.HistoryAsync(channel, ct)).Select(HistoryAnswer.Of)] }, AdminJson.Default.ChannelAnswer) : Problems.For(CloseRejection.ChannelUnknown);

    /// <summary>Closes at the newest payment. What is closed already stays as it is.</summary>
    public async Task<Results<JsonHttpResult<ChannelAnswer>, ProblemHttpResult>> CloseAsync(string id)
    {
        if (!ChannelId.TryParse(id, out var name)) return Problems.For(CloseRejection.ChannelUnknown);
        using var turn = worker.TurnOf(name);
        for (; await store.FindAsync(name, CancellationToken.None) is { } channel; await turn.AgainAsync())
        {
            switch (channel)
            {
                case { State: MerchantState.Pending }:
                    return Problems.For(CloseRejection.ChannelPending);
                case { State: MerchantState.Abandoned }:
                    return Problems.For(CloseRejection.ChannelGone);
                case { State: MerchantState.Open, IsHeld: true }:
                    return Problems.For(CloseRejection.ChannelHeld);
                case { State: MerchantState.Open, Balance.Newest: null }:
                    return Problems.For(CloseRejection.NothingAuthorized);
                case { State: not MerchantState.Open }:
                    return Json(ChannelAnswer.Of(channel), AdminJson.Default.ChannelAnswer);
            }
            // What is stored is also sent, whether the operator waits for it or not.
            if (await worker.ApplyAsync(channel, new MerchantEvent.CloseOrdered(), CancellationToken.None) is { } next) return Json(ChannelAnswer.Of(next), AdminJson.Default.ChannelAnswer);
        }
        return Problems.For(CloseRejection.ChannelUnknown);
    }

    public async Task<JsonHttpResult<ClosingAnswer>> CloseAllAsync(CancellationToken ct) =>
        TypedResults.Json(new ClosingAnswer(await closes.CloseAllAsync(ct)), AdminJson.Default.ClosingAnswer, statusCode: StatusCodes.Status202Accepted);

    public JsonHttpResult<DrainAnswer> IsDraining() => Json(new DrainAnswer(draining.IsOn), AdminJson.Default.DrainAnswer);

    public JsonHttpResult<DrainAnswer> Drain()
    {
        draining.Begin();
        return IsDraining();
    }

    public JsonHttpResult<DrainAnswer> Fill()
    {
        draining.End();
        return IsDraining();
    }

    public async Task<JsonHttpResult<IReadOnlyList<RiskAnswer>>> AtRiskAsync(CancellationToken ct) => Json<IReadOnlyList<RiskAnswer>>(
        [.. (await reports.AtRiskAsync(s_span, ct)).Select(it => new RiskAnswer(it.From, it.From + (long)s_span.TotalSeconds, it.Channels, it.Authorized.Satoshi))], AdminJson.Default.IReadOnlyListRiskAnswer);

    public JsonHttpResult<IReadOnlyList<AlarmAnswer>> LastAlarms() => Json(alarms.Last, AdminJson.Default.IReadOnlyListAlarmAnswer);

    private static JsonHttpResult<T> Json<T>(T answer, JsonTypeInfo<T> type) => TypedResults.Json(answer, type);
}
