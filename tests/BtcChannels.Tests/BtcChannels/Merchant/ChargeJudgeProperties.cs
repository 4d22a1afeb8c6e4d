using System.Globalization;
using System.Security.Cryptography;
using BtcChannels.Benchmarks.Fuzzing;
using Xunit.Abstractions;

namespace BtcChannels.Tests.Domain;

/// <summary>Histories of charges and payments by chance, each step held against a ledger that counts in the plainest way.</summary>
public class ChargeJudgeProperties(ITestOutputHelper output)
{
    private const int Histories = 1_500;
    private const int Steps = 60;

    [Fact]
    public void Every_history_is_what_a_plain_ledger_makes_of_it()
    {
        var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        output.WriteLine($"seed {seed:x16}");
        var kinds = new Dictionary<string, int>();
        for (var i = 0; i < Histories; i++)
        {
            var history = new History(unchecked(seed + (ulong)i));
            try
            {
                for (var step = 0; step < Steps; step++)
                {
                    var kind = history.Step();
                    kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                }
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The history of seed {unchecked(seed + (ulong)i):x16}: {fault.Message}"), fault);
            }
        }
        output.WriteLine(string.Join(", ", kinds.OrderBy(it => it.Key).Select(it => $"{it.Key} {it.Value}")));
        foreach (var kind in (string[])["granted", "insufficient", "under way", "settled", "settled though gone", "lost", "paid directly", "died"])
            Assert.True(kinds.GetValueOrDefault(kind) > 100, $"{kind}: {kinds.GetValueOrDefault(kind)}");
    }

    private sealed class History
    {
        private const int Totals = 12;

        private static readonly MerchantChannel s_channel = Sample.Channel();
        private static readonly SignedPayment[] s_vouchers = [.. Enumerable.Range(1, Totals).Select(it => Sample.Pay(s_channel, it * 300))];
        private static readonly RequestKey?[] s_keys = [null, null, null, RequestKey.Of("a"), RequestKey.Of("b")];

        private readonly FuzzStream _chance;
        private readonly MerchantPolicy _policy;
        private readonly ChargeJudge _judge;
        private readonly List<long> _live = [1, 2];
        private readonly List<Reservation> _granted = [];
        private PayableChannel _channel = new(s_channel);
        private long _lastRun = 2;

        // The ledger: satoshi, msat, and msat by run and key.
        private long _authorized;
        private long _spent;
        private Dictionary<(long Run, RequestKey? Key), long> _reserved = [];

        public History(ulong seed)
        {
            _chance = new(seed);
            _policy = Sample.Policy with { PaymentsAreSpent = _chance.OneIn(2) };
            _judge = new(_policy, _live.Contains);
        }

        private Dictionary<(long Run, RequestKey? Key), long> Live => _reserved.Where(it => _live.Contains(it.Key.Run)).ToDictionary();

        private long Free => (_authorized * 1000) - _spent - Live.Values.Sum();

        public string Step()
        {
            var (authorized, spent) = (_channel.Balance.Authorized, _channel.Balance.Spent);
            var kind = _chance.Below(20) switch
            {
                < 8 => Take(),
                < 11 => Charge(),
                < 16 when _granted.Count > 0 => Settle(),
                < 19 => PayDirectly(),
                _ => Die(),
            };
            var balance = _channel.Balance;
            Assert.True(balance.Authorized >= authorized && balance.Spent >= spent, "what is accepted or spent fell");
            Assert.True(balance.Spent + balance.Reserved.Total <= MilliSatoshi.Of(balance.Authorized), "more is taken than authorized");
            Assert.Equal((_authorized, _spent), (balance.Authorized.Satoshi, balance.Spent.Value));
            Assert.Equal(_reserved.Values.Sum(), balance.Reserved.Total.Value);
            Assert.Equal(balance.Reserved, Reservations.Parse(balance.Reserved.Text));
            return kind;
        }

        private string Take()
        {
            var voucher = s_vouchers[_chance.Below(Totals)];
            var cost = _chance.OneIn(8) ? null : new Reservation(_chance.Of(_live), Amount(), _chance.Of(s_keys));
            var outcome = _judge.Take(_channel, voucher, cost, Sample.At(), isSignatureKnown: !_chance.OneIn(50));
            var isRaised = voucher.Total.Satoshi > _authorized;
            var before = _authorized;
            _authorized = Math.Max(_authorized, voucher.Total.Satoshi);
            if (cost is null)
            {
                if (isRaised) _reserved = Live;
                return Apply(Assert.IsType<ChargeOutcome.Granted>(outcome) is var it && it.IsChanged == isRaised ? it.Channel : throw new InvalidOperationException("changed"), "voucher");
            }
            if (cost.Key is not null && Live.Keys.Any(it => it.Key == cost.Key))
            {
                Assert.IsType<ChargeOutcome.UnderWay>(outcome);
                _authorized = before;
                return "under way";
            }
            if (cost.Amount.Value > Free)
            {
                var insufficient = Assert.IsType<ChargeOutcome.Insufficient>(outcome);
                Assert.Equal((isRaised, (_spent + Live.Values.Sum() + cost.Amount.Value + 999) / 1000), (insufficient.IsChanged, insufficient.Required.Satoshi));
                if (isRaised) _reserved = Live;
                return Apply(insufficient.Channel, "insufficient");
            }
            _reserved = Live;
            _reserved[(cost.Run, cost.Key)] = _reserved.GetValueOrDefault((cost.Run, cost.Key)) + cost.Amount.Value;
            _granted.Add(cost);
            return Apply(Assert.IsType<ChargeOutcome.Granted>(outcome).Channel, "granted");
        }

        private string Charge()
        {
            var next = new Reservation(_chance.Of(_live), Amount(), null);
            Reservation? served = null;
            if (_granted.Count > 0 && _chance.OneIn(2))
            {
                served = _granted[^1];
                _granted.RemoveAt(_granted.Count - 1);
            }
            var (outcome, lost) = _judge.Step(_channel, served, next);
            Assert.Equal(served is null ? 0 : Spend(served, served.Amount.Value), lost.Value);
            if (next.Amount.Value > Free)
            {
                var insufficient = Assert.IsType<ChargeOutcome.Insufficient>(outcome);
                Assert.Equal((served is not null, (_spent + Live.Values.Sum() + next.Amount.Value + 999) / 1000), (insufficient.IsChanged, insufficient.Required.Satoshi));
                return Apply(insufficient.Channel, "insufficient");
            }
            _reserved = Live;
            _reserved[(next.Run, null)] = _reserved.GetValueOrDefault((next.Run, null)) + next.Amount.Value;
            _granted.Add(next);
            return Apply(Assert.IsType<ChargeOutcome.Granted>(outcome).Channel, "step");
        }

        // What of it could not be charged.
        private long Spend(Reservation reserved, long served)
        {
            var place = (reserved.Run, reserved.Key);
            if (_reserved.GetValueOrDefault(place) >= reserved.Amount.Value)
            {
                _spent += served;
                if ((_reserved[place] -= reserved.Amount.Value) == 0) _reserved.Remove(place);
                return 0;
            }
            var charged = Math.Min(served, Free);
            (_spent, _reserved) = (_spent + charged, Live);
            return served - charged;
        }

        private string Settle()
        {
            var which = _chance.Below(_granted.Count);
            var reserved = _granted[which];
            _granted.RemoveAt(which);
            var served = _chance.Below(3) switch { 0 => 0, 1 => reserved.Amount.Value, _ => _chance.Below(checked((int)reserved.Amount.Value) + 1) };
            var (next, lost) = _judge.Settle(_channel, reserved, new MilliSatoshi(served));
            var isThere = _reserved.GetValueOrDefault((reserved.Run, reserved.Key)) >= reserved.Amount.Value;
            Assert.Equal(Spend(reserved, served), lost.Value);
            return Apply(next, isThere ? "settled" : lost > MilliSatoshi.Zero ? "lost" : "settled though gone");
        }

        private string PayDirectly()
        {
            var payment = s_vouchers[_chance.Below(Totals)];
            if (PaymentJudge.JudgeAgain(_channel, payment, Sample.At(), _policy) is not PaymentOutcome.Accepted accepted)
            {
                Assert.True(payment.Total.Satoshi <= _authorized);
                return "refused";
            }
            Assert.True(payment.Total.Satoshi > _authorized);
            _authorized = payment.Total.Satoshi;
            if (_policy.PaymentsAreSpent) _spent = (_authorized * 1000) - _reserved.Values.Sum();
            return Apply(accepted.Next, "paid directly");
        }

        // Now and then its reservations outlive it, and its requests are settled by whoever is left, as if it came back.
        private string Die()
        {
            _live.RemoveAt(_chance.Below(_live.Count));
            _live.Add(++_lastRun);
            return "died";
        }

        private MilliSatoshi Amount() => new(1 + _chance.Below(_chance.OneIn(3) ? 1_000_000 : 100_000));

        private string Apply(PayableChannel next, string kind)
        {
            Assert.True(next.Version == _channel.Version + 1 || ReferenceEquals(next, _channel), "a version is left out");
            _channel = next;
            return kind;
        }
    }
}
