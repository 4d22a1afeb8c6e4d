using System.Globalization;
using System.Net;
using BtcChannels.ChainStories;
using BtcChannels.Tests.AspNetCore;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>What happens to a merchant, block by block, as chance has it.</summary>
internal sealed class OutageRun(MerchantApp app, ReplayedServer server, SteppedChain chain, SplitMix chance)
{
    private static readonly TimeSpan s_betweenBlocks = TimeSpan.FromMinutes(10);

    private readonly List<(TestCustomer Customer, Fate Fate)> _channels = [];
    private readonly Dictionary<TestCustomer, long> _paid = [];
    private readonly Queue<OutPoint> _coins = new();
    private int _serverBack;
    private int _nodeBack;
    private int _height;

    private const long CoinValue = 130_000;

    public List<string> Failures { get; } = [];

    public int Channels => _channels.Count;

    public int Outages { get; private set; }

    public int Reorganisations { get; private set; }

    private int _opensRefused;

    private bool IsUp => _serverBack == 0 && _nodeBack == 0;

    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{_height} blocks, {Channels} channels ({string.Join(", ", _channels.GroupBy(it => it.Fate).Select(it => $"{it.Count()} {it.Key}"))}), {Outages} outages, {Reorganisations} reorganisations, {_opensRefused} openings refused meanwhile");

    /// <summary>The coins that customers will have, deep enough that no reorganisation takes them.</summary>
    public void MineCoins()
    {
        for (var i = 0; i < 150; i++) _coins.Enqueue(server.Do(node => node.NewCoin(Money.Satoshis(CoinValue), new OpenAddress().ScriptPubKey)));
        for (var i = 0; i < 6; i++) server.Do(node => node.Mine());
    }

    public async Task StepAsync(bool mayOpen, bool mayFail)
    {
        _height++;
        if (mayFail) Fail();
        Recover(force: !mayFail);
        if (mayOpen && chance.Chance(12)) await OpenAsync();
        await PayAsync();
        Refund();
        if (mayFail && chance.Chance(6)) Reorganise();
        else server.Do(node => node.Mine());
        app.Clock.Advance(s_betweenBlocks);
        if (IsUp) await SettleAsync();
        else await Task.Delay(5);
    }

    /// <summary>Lets the watcher deal with what there is; where it waits out an outage the clock moves.</summary>
    public async Task SettleAsync()
    {
        var settled = chain.SettleAsync();
        for (var tries = 0; await Task.WhenAny(settled, Task.Delay(10)) != settled; tries++)
        {
            if (tries > 3_000) throw new TimeoutException($"The watcher does not come to rest; {string.Join('\n', server.Unexplained.Take(3))}");
            app.Clock.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    /// <summary>What is right the chain itself says.</summary>
    public async Task EndAsync()
    {
        foreach (var (customer, fate) in _channels)
        {
            var channel = await app.ChannelAsync(customer.Id);
            var isMined = server.Node.InBlock(customer.Deposit.OutPoint.Hash) is not null;
            var spend = server.Node.Best.SelectMany(it => it.Transactions).SingleOrDefault(it => it.Inputs.Any(input => input.PrevOut == customer.Deposit.OutPoint));
            var isOurs = spend?.Inputs[0].Sequence == Sequence.Final;
            var right = channel.State switch
            {
                MerchantState.Abandoned => !isMined,
                MerchantState.Closed closed => isOurs && closed.Spend.Txid == spend!.GetHash(),
                MerchantState.Refunded => spend is not null && !isOurs && !_paid.ContainsKey(customer),
                _ => false,
            };
            if (!right) Failures.Add($"{customer.Id} ({fate}, paid {_paid.GetValueOrDefault(customer)}) is {channel.State}; deposit {(isMined ? "mined" : "unmined")}, spend {spend?.GetHash().ToString() ?? "none"}");
            // What was acknowledged was claimed.
            if (_paid.TryGetValue(customer, out var paid) && isMined && (!isOurs || spend!.Outputs.All(it => it.Value.Satoshi != paid))) Failures.Add($"{customer.Id}: {paid} sat were acknowledged and not claimed");
        }
    }

    private void Fail()
    {
        if (_serverBack == 0 && chance.Chance(4))
        {
            Outages++;
            _serverBack = _height + 1 + chance.Next(6);
            server.Stop();
        }
        if (_nodeBack == 0 && chance.Chance(4))
        {
            Outages++;
            _nodeBack = _height + 1 + chance.Next(6);
            server.Do(node => node.IsUp = false);
        }
    }

    private void Recover(bool force)
    {
        if (_nodeBack > 0 && (force || _height >= _nodeBack))
        {
            _nodeBack = 0;
            server.Do(node => node.IsUp = true);
        }
        if (_serverBack > 0 && (force || _height >= _serverBack))
        {
            _serverBack = 0;
            server.Start();
        }
    }

    private async Task OpenAsync()
    {
        using (var offer = await app.Http.PostAsync(new Uri("/channels/v1/offers", UriKind.Relative), null))
        {
            if (offer.StatusCode != HttpStatusCode.OK)
            {
                _opensRefused++;
                return;
            }
        }
        var customer = await TestCustomer.MeetAsync(app);
        customer.Coin = _coins.Dequeue();
        var fate = chance.Next(100) switch { < 12 => Fate.DoubleSpent, < 17 => Fate.NeverSent, < 27 => Fate.SentBefore, _ => Fate.Sent };
        if (fate == Fate.SentBefore) server.Do(node => node.Send(customer.DepositTransaction));
        using (var opened = await customer.TryOpenAsync())
        {
            if (!opened.IsSuccessStatusCode)
            {
                _opensRefused++;
                return;
            }
        }
        await customer.OpenAsync();   // the same again: for what it answered
        _channels.Add((customer, fate));
        if (fate is Fate.Sent or Fate.DoubleSpent) server.Do(node => node.Send(customer.DepositTransaction));
        if (fate is not Fate.DoubleSpent) return;
        var other = Transaction.Create(Network.RegTest);
        other.Inputs.Add(customer.Coin);
        other.Outputs.Add(Money.Satoshis(CoinValue - 40_000), new OpenAddress().ScriptPubKey);
        server.Do(node => node.Send(other));
    }

    private async Task PayAsync()
    {
        for (var tries = 0; _channels.Count > 0 && tries < 2; tries++)
        {
            var (customer, _) = _channels[chance.Next(_channels.Count)];
            var total = _paid.GetValueOrDefault(customer, 1_000) + 100 + chance.Next(500);
            if (total > TestCustomer.Capacity || chance.Chance(30) || customer.Expiry.Value % 4 == 0) continue;   // some never pay
            using var answer = await customer.TryPayAsync(total);
            if (answer.IsSuccessStatusCode) _paid[customer] = total;
            if (!answer.IsSuccessStatusCode || !chance.Chance(2)) continue;
            using var closed = await customer.TryCloseAsync();
        }
    }

    /// <summary>What nobody closed the customer takes back when its time has come, or tries to.</summary>
    private void Refund()
    {
        foreach (var (customer, _) in _channels.Where(it => it.Customer.Expiry.Value < server.Node.MedianTime(server.Node.Tip)))
        {
            var refund = Transaction.Create(Network.RegTest);
            refund.LockTime = new LockTime(customer.Expiry.Value);
            refund.Inputs.Add(customer.Deposit.OutPoint, sequence: new Sequence(0xfffffffe));
            refund.Outputs.Add(Money.Satoshis(customer.Value - 2_000), customer.Script);
            server.Do(node => node.Send(refund));   // refused where the deposit is spent or was never mined
        }
    }

    private void Reorganise()
    {
        Reorganisations++;
        var depth = 1 + chance.Next(3);
        server.Do(node =>
        {
            node.Invalidate(depth);
            for (var i = 0; i <= depth; i++)
            {
                if (i > 0 && chance.Chance(50)) node.Mine();
                else node.MineExactly();
            }
        });
    }

    private enum Fate
    {
        Sent,
        SentBefore,
        DoubleSpent,
        NeverSent,
    }
}
