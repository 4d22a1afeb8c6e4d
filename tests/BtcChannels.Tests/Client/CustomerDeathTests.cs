using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>
/// A customer who opens, pays, closes or takes his refund, and whose process dies on the way: before and after everything that leaves it (requests, broadcasts,
/// questions to the wallet) and before and after each write, so also between two writes that nothing else stands between. What is on disk then is what the next
/// process has.
/// </summary>
public sealed class CustomerDeathTests
{
    private const int Payments = 3;
    private const long Amount = 1_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_he_dies_he_goes_on_and_loses_nothing(bool isMerchantGone)
    {
        var deaths = 0;
        for (var isOver = false; !isOver; deaths++)
        {
            await using var rig = new Rig();
            isOver = !await new Life(rig, dieAt: deaths + 1).LiveAsync(isMerchantGone);
        }
        Assert.True(deaths > 40, $"the story has only {deaths} moments to die in");
    }

    private sealed class DeathException : Exception;

    private sealed class Life(Rig rig, int dieAt)
    {
        private readonly List<DataFolder> _left = [];
        private int _moments;
        private bool _isDead;

        /// <returns>Whether he died at all.</returns>
        public async Task<bool> LiveAsync(bool isMerchantGone)
        {
            rig.Merchant.Before = (_, _) =>
            {
                Moment();
                return null;
            };
            rig.Merchant.After = (_, answer) =>
            {
                Moment();
                return answer;
            };
            rig.Chain.OnBroadcast = _ =>
            {
                Moment();
                return new BroadcastOutcome.InMempool();
            };
            var wallet = rig.Options.Funding!;
            rig.Options = rig.Options with
            {
                AroundWrites = Moment,
                Funding = new(
                    (script, amount, ct) => BetweenAsync(() => wallet.Fund(script, amount, ct)), ct => BetweenAsync(() => wallet.NewScript(ct)),
                    (deposit, ct) => BetweenAsync(async () =>
                    {
                        await wallet.Release(deposit, ct);
                        return true;
                    })),
            };
            await rig.RestartAsync();

            await SurviveAsync(OpenAsync);
            var channel = (await rig.Customer.ListAsync()).Single(it => it.State is CustomerState.Active);
            Assert.Contains(rig.Chain.Broadcasts, it => it.GetHash() == channel.Deposit.OutPoint.Hash);
            rig.Chain.Mine(channel.DepositTransaction);
            rig.Merchant.SeeDeposit(channel.Id);
            for (var i = 0; i < Payments; i++) await SurviveAsync(async () => (await rig.Customer.PayAsync(channel.Id, Amount)).OrThrow());
            var paid = (await rig.ReadAsync(channel)).Authorized;
            Assert.InRange(paid.Satoshi, Payments * Amount, (Payments + 1) * Amount);   // who dies in the middle of paying does not know, and may pay again
            Assert.Equal(paid, rig.Merchant[channel.Id].Balance.Authorized);

            await (isMerchantGone ? TakeBackAsync(channel) : CloseAsync(channel, paid));
            foreach (var folder in _left) folder.Dispose();
            return _moments >= dieAt;
        }

        private async Task CloseAsync(CustomerChannel channel, Money paid)
        {
            await SurviveAsync(async () => Assert.True(await rig.Customer.CloseAsync(channel.Id) is CloseResult.Closing or CloseResult.AlreadyOver));
            var close = Assert.IsType<MerchantState.Closing>(rig.Merchant[channel.Id].State).Close;
            Assert.Equal(paid, close.Payment.Total);
            rig.Chain.Mine(close.Transaction);
            await SurviveAsync(() => rig.Customer.SyncAsync());
            Assert.IsType<CustomerState.Closed>((await rig.ReadAsync(channel)).State);
        }

        /// <summary>The first refund pays too little for the node of that day, so that one more is signed and stored before it is sent.</summary>
        private async Task TakeBackAsync(CustomerChannel channel)
        {
            rig.Chain.OnBroadcast = transaction =>
            {
                Moment();
                return transaction.GetHash() == channel.Refund.GetHash() ? new BroadcastOutcome.FeeTooLow("mempool min fee not met") : new BroadcastOutcome.InMempool();
            };
            rig.PassExpiry(channel);
            await SurviveAsync(() => rig.Customer.SyncAsync());
            var raised = (await rig.ReadAsync(channel)).Refund;
            Assert.NotEqual(channel.Refund.GetHash(), raised.GetHash());
            Assert.Contains(rig.Chain.Broadcasts, it => it.GetHash() == raised.GetHash());
            rig.Chain.Mine(raised);
            await SurviveAsync(() => rig.Customer.SyncAsync());
            Assert.IsType<CustomerState.Refunded>((await rig.ReadAsync(channel)).State);
        }

        private async Task<T> BetweenAsync<T>(Func<Task<T>> ask)
        {
            Moment();
            var answer = await ask();
            Moment();
            return answer;
        }

        private void Moment()
        {
            if (_isDead) throw new DeathException();
            if (++_moments != dieAt) return;
            _isDead = true;
            _left.Add(rig.Folder.Snapshot("customer.db"));
            throw new DeathException();
        }

        private async Task OpenAsync()
        {
            await rig.Customer.SyncAsync();
            await rig.Customer.ResumeAsync();
            if ((await rig.Customer.ListAsync()).Any(it => it.State is CustomerState.Active)) return;
            (await rig.TryOpenAsync()).OrThrow();
        }

        private async Task SurviveAsync(Func<Task> act)
        {
            try
            {
                await act();
            }
            catch (DeathException)
            {
                // What left the process is on disk: each signature that the merchant has, and each deposit that anybody has seen.
                rig.Options = rig.Options with { DataFolder = _left[^1].Path };
                _isDead = false;
                await rig.RestartAsync();
                var stored = await rig.Customer.ListAsync();
                Assert.All(rig.Merchant.Channels, known =>
                {
                    var own = Assert.Single(stored, it => it.Id == known.Id);
                    Assert.True(own.Authorized >= known.Balance.Authorized, "he forgot a signature that he sent");
                });
                Assert.All(rig.Chain.Broadcasts.Where(it => rig.Funded.Contains(it.GetHash())), it => Assert.Contains(stored, own => own.DepositTransaction.GetHash() == it.GetHash()));
                await rig.Customer.SyncAsync();
                await act();
            }
        }
    }
}
