using System.Net;
using BtcChannels.Chain;
using BtcChannels.Wire;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>
/// A merchant whose process dies on the way: before and after each write and each broadcast, from the first open to the buried close. What is on disk then is
/// what the next process has; the customer asks again for whatever was not answered.
/// </summary>
public sealed class MerchantDeathTests
{
    private const long Last = 3_000;

    [Fact]
    public async Task Wherever_he_dies_he_goes_on_and_has_all_that_he_answered()
    {
        var deaths = 0;
        for (var isOver = false; !isOver; deaths++)
        {
            await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { BuriedAt = 2 });
            isOver = !await new Life(app, dieAt: deaths + 1).LiveAsync();
        }
        Assert.True(deaths > 20, $"the story has only {deaths} moments to die in");
    }

    private sealed class DeathException : Exception;

    private sealed class Life(MerchantApp app, int dieAt)
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _moments;
        private string? _left;
        private bool _isDead;

        /// <returns>Whether he died at all.</returns>
        public async Task<bool> LiveAsync()
        {
            app.Before = store => new MortalStore(store, Moment);
            app.Chain.OnBroadcast = (_, _) =>
            {
                Moment();
                return Task.FromResult<BroadcastOutcome?>(null);
            };
            await app.RestartAsync();
            try
            {
                var customer = await TestCustomer.MeetAsync(app);
                await InsistAsync(async () => (await customer.TryOpenAsync()).StatusCode == HttpStatusCode.OK);
                await SurviveAsync(customer.OpenAsync);
                app.Chain.Mine(customer.DepositTransaction);
                await SettleAsync();
                for (var total = 1_000; total <= Last; total += 1_000)
                {
                    await InsistAsync(async () => (await customer.TryPayAsync(total)).StatusCode == HttpStatusCode.OK);
                    Assert.Equal(total, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
                }
                await InsistAsync(async () => (await customer.TryCloseAsync()).StatusCode == HttpStatusCode.OK);
                await SettleAsync();
                var close = Assert.Single(app.Chain.Broadcasts.DistinctBy(it => it.GetHash()));
                Assert.Equal(Last, close.Outputs.Single(it => it.ScriptPubKey == customer.PayoutScript).Value.Satoshi);
                await app.Chain.SettleAsync();
                app.Chain.MineMempool();
                await SettleAsync();
                app.Chain.Mine();
                await SettleAsync();
                Assert.True((await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend is { IsBuried: true, ToMerchant.Satoshi: Last });
                Assert.Equal(1, await app.CountAsync());
                return _moments >= dieAt;
            }
            finally
            {
                await app.StopAsync();
                if (_left is not null) Directory.Delete(_left, recursive: true);
            }
        }

        private void Moment()
        {
            lock (_gate)
            {
                if (_isDead) throw new DeathException();
                if (++_moments != dieAt) return;
                _left = app.Snapshot();
                _isDead = true;
            }
            _death.TrySetResult();
            throw new DeathException();
        }

        /// <summary>Asks again until it is done; a merchant who has died starts again from what he left.</summary>
        private async Task InsistAsync(Func<Task<bool>> ask)
        {
            for (var tries = 0; ; tries++)
            {
                var isDone = false;
                try
                {
                    isDone = await ask();
                }
                catch (HttpRequestException) when (_isDead)
                {
                    // He stopped listening.
                }
                if (_isDead) await RiseAsync();
                else if (isDone) return;
                Assert.True(tries < 5, "it is refused for ever");
            }
        }

        private async Task SurviveAsync(Func<Task> act) => await InsistAsync(async () =>
        {
            await act();
            return true;
        });

        /// <summary>Lets him look at the chain, twice where he dies meanwhile.</summary>
        private async Task SettleAsync()
        {
            var settled = app.Chain.SettleAsync();
            if (!_isDead) await Task.WhenAny(settled, _death.Task);
            if (_isDead) await RiseAsync();
            else await settled;
        }

        private async Task RiseAsync()
        {
            await app.StopAsync();
            app.Folder = _left!;
            _isDead = false;
            await app.StartAgainAsync();
        }
    }
}
