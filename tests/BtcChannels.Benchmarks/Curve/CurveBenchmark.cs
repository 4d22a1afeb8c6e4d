using System.Diagnostics;
using NBitcoin;
using NBitcoin.Crypto;
using Secp256k1;

namespace BtcChannels.Benchmarks.Curve;

/// <summary>
/// Rounds of all cases, one batch each, so that whatever slows the machine down for a while slows all of them: a ratio is taken within a round, and
/// the median of the rounds counts. Every result is looked at: what fails is not what is measured.
/// </summary>
internal sealed class CurveBenchmark
{
    private const int Batch = 200;
    private const int WarmUpRounds = 20;

    private readonly PaidChannel _channel = new(Batch);
    private readonly byte[][] _hashes;
    private readonly Signature[] _signatures;
    private readonly ECDSASignature[] _encoded;
    private readonly PublicKey _point;
    private readonly SecretKey _secret;

    private CurveBenchmark()
    {
        _hashes = [.. _channel.Hashes.Select(it => it.ToBytes())];
        _signatures = [.. _channel.Payments.Select(it => it.Signature)];
        _encoded = [.. _signatures.Select(it => new ECDSASignature(it.ToDer()))];
        if (!SecretKey.TryCreate(_channel.Customer.ToBytes(), out var secret)) throw new InvalidOperationException("No secret key");
        (_secret, _point) = (secret, secret.PublicKey);
    }

    public static CurveReport Run(int rounds)
    {
        var benchmark = new CurveBenchmark();
        (string Name, Func<double> Measure)[] cases =
        [
            (CurveReport.RawVerify, benchmark.RawVerify),
            (CurveReport.PaymentPath, benchmark.PaymentPath),
            (CurveReport.PaymentPathJustRead, benchmark.PaymentPathJustRead),
            (CurveReport.PubKeyVerify, benchmark.PubKeyVerify),
            (CurveReport.RawSign, benchmark.RawSign),
            (CurveReport.KeySign, benchmark.KeySign),
            (CurveReport.KeySignAnyR, benchmark.KeySignAnyR),
            (CurveReport.ChannelSign, benchmark.ChannelSign),
        ];
        for (var round = 0; round < WarmUpRounds; round++)
            foreach (var it in cases) it.Measure();
        var measured = Enumerable.Range(0, rounds).Select(_ => cases.ToDictionary(it => it.Name, it => it.Measure())).ToList();
        return new(measured, benchmark.BytesPerPayment());
    }

    private double RawVerify() => PerSecond(() =>
    {
        for (var i = 0; i < Batch; i++) Require(_point.Verify(_hashes[i], _signatures[i]));
    });

    private double PubKeyVerify() => PerSecond(() =>
    {
        var key = _channel.Customer.PubKey;
        for (var i = 0; i < Batch; i++) Require(key.Verify(_channel.Hashes[i], _encoded[i]));
    });

    private double PaymentPath() => PerSecond(PayAll);

    private double PaymentPathJustRead() => PerSecond(() =>
    {
        foreach (var payment in _channel.Payments) Judge(new PayableChannel(_channel.Open), payment);
    });

    private double RawSign() => PerSecond(() =>
    {
        for (var i = 0; i < Batch; i++) Require(_secret.Sign(_hashes[i]).IsLowS);
    });

    private double KeySign() => PerSecond(() =>
    {
        for (var i = 0; i < Batch; i++) Require(_channel.Customer.Sign(_channel.Hashes[i]).IsLowR);
    });

    private double KeySignAnyR() => PerSecond(() =>
    {
        for (var i = 0; i < Batch; i++) Require(_channel.Customer.Sign(_channel.Hashes[i], false).IsLowS);
    });

    private double ChannelSign() => PerSecond(() =>
    {
        for (var i = 0; i < Batch; i++) Require(ChannelSigning.Sign(_channel.Customer, _channel.Hashes[i]) == _signatures[i]);
    });

    private double BytesPerPayment()
    {
        PayAll();
        var before = GC.GetAllocatedBytesForCurrentThread();
        PayAll();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Batch;
    }

    private void PayAll()
    {
        var channel = _channel.Payable;
        foreach (var payment in _channel.Payments) channel = Judge(channel, payment);
    }

    private static PayableChannel Judge(PayableChannel channel, SignedPayment payment) =>
        PaymentJudge.Judge(channel, payment, PaidChannel.Moment, PaidChannel.Policy) is PaymentOutcome.Accepted accepted ? accepted.Next
            : throw new InvalidOperationException("A good payment was refused");

    private static void Require(bool holds)
    {
        if (!holds) throw new InvalidOperationException("What is measured has failed");
    }

    private static double PerSecond(Action batch)
    {
        // Once for the caches, which the case before has filled with its own.
        batch();
        var start = Stopwatch.GetTimestamp();
        batch();
        return Batch / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
