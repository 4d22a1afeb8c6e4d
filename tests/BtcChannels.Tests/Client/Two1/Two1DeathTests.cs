using BtcChannels.Chain;
using BtcChannels.Client;

namespace BtcChannels.Tests.Client;

/// <summary>
/// A customer who opens at a two1 door, buys and closes, and whose process dies on the way: before and after each write and each request, and at each broadcast. What is on
/// disk then is what the next process has.
/// </summary>
public sealed class Two1DeathTests
{
    private const int Purchases = 2;

    [Fact]
    public async Task Wherever_he_dies_he_goes_on_and_no_deposit_goes_out_that_he_does_not_know()
    {
        var deaths = 0;
        for (var isOver = false; !isOver; deaths++) isOver = !await new Life(dieAt: deaths + 1).LiveAsync();
        Assert.True(deaths > 30, $"the story has only {deaths} moments to die in");
    }

    private sealed class DeathException : Exception;

    private sealed class Life(int dieAt)
    {
        private int _moments;
        private bool _isDead;

        /// <returns>Whether he died at all.</returns>
        public async Task<bool> LiveAsync()
        {
            using var inner = new SocketsHttpHandler();
            await using var two1 = await Two1Rig.StartAsync();
            two1.Rig.Options = two1.Rig.Options with { AroundWrites = Moment, Handler = new Mortal(inner, Moment) };
            two1.Rig.Chain.OnBroadcast = transaction =>
            {
                // The close is the merchant's.
                if (two1.Server.Channels.All(it => it.Deposit.OutPoint.Hash != transaction.GetHash())) return new BroadcastOutcome.InMempool();
                Moment();
                Assert.Contains(transaction.GetHash(), two1.Rig.OnDisk().Select(it => it.Deposit.OutPoint.Hash));
                return new BroadcastOutcome.InMempool();
            };
            await two1.RestartAsync(inner, Moment);

            await SurviveAsync(two1, inner, async () =>
            {
                await two1.Customer.ResumeAsync();
                if (!(await two1.Customer.ListAsync()).Any(it => it.State is CustomerState.Active)) (await two1.TryOpenAsync()).OrThrow();
            });
            var channel = (await two1.Customer.ListAsync()).Single(it => it.State is CustomerState.Active);
            await SurviveAsync(two1, inner, async () =>
            {
                if (channel.DepositHeight is null && two1.Rig.Chain.Tip.Height < 3) two1.Rig.Chain.Mine(channel.DepositTransaction);
                await two1.Customer.SyncAsync();
            });
            for (var i = 0; i < Purchases; i++) await SurviveAsync(two1, inner, async () => Assert.Equal("sold", await two1.BuyAsync()));
            var paid = await two1.ReadAsync(channel);
            // Who dies with an answer in his hands asks and pays once more.
            Assert.InRange(paid.Authorized.Satoshi, 3_050, 3_100);
            Assert.Equal((paid.Authorized.Satoshi, paid.Authorized), (two1.Server[channel].Total, paid.Acknowledged));
            Assert.Empty(await two1.Customer.Runtime.Book.UseAsync(store => store.BoughtTokensAsync(channel.KeyIndex, default), default));

            await SurviveAsync(two1, inner, async () => Assert.True(await two1.Customer.CloseAsync(channel.Id) is CloseResult.Closing or CloseResult.AlreadyOver));
            Assert.Equal("closed", two1.Server[channel].State);
            return _moments >= dieAt;
        }

        private async Task SurviveAsync(Two1Rig two1, HttpMessageHandler inner, Func<Task> act)
        {
            while (true)
            {
                try
                {
                    await act();
                    return;
                }
                catch (DeathException)
                {
                    _isDead = false;
                    await two1.RestartAsync(inner, Moment);
                }
            }
        }

        // Once dead, nothing more is done: what would clean up dies, too.
        private void Moment()
        {
            if (_isDead || ++_moments == dieAt)
            {
                _isDead = true;
                throw new DeathException();
            }
        }
    }
}

/// <summary>Carries requests for one who may die before and after each.</summary>
internal sealed class Mortal(HttpMessageHandler inner, Action moment) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        moment();
        var answer = await _inner.SendAsync(request, cancellationToken);
        moment();
        return answer;
    }
}
