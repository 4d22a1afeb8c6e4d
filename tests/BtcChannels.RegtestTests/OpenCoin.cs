using System.Security.Cryptography;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests;

/// <summary>A P2SH script that is new each time and that anybody can spend: for tests of the chain, where signatures do not matter.</summary>
internal sealed class OpenScript
{
    private readonly Script _redeem = new(Op.GetPushOp(RandomNumberGenerator.GetBytes(8)), OpcodeType.OP_DROP, OpcodeType.OP_1);

    public Script ScriptPubKey => _redeem.Hash.ScriptPubKey;

    /// <summary>Has the wallet sign a transaction that pays this script. It is not broadcast, and the next one may spend the same coins until it is.</summary>
    public async Task<OpenCoin> FundAsync(RegtestNode node, long satoshi = 100_000)
    {
        var wanted = Transaction.Create(Network.RegTest);
        wanted.Outputs.Add(Money.Satoshis(satoshi), ScriptPubKey);
        var funded = await node.Wallet.FundRawTransactionAsync(wanted);
        var signed = await node.Wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction });
        Assert.True(signed.Complete);
        return CoinOf(signed.SignedTransaction);
    }

    /// <summary>The output of a transaction that pays this script.</summary>
    public OpenCoin CoinOf(Transaction funding) => new(funding, funding.Outputs.FindIndex(output => output.ScriptPubKey == ScriptPubKey), _redeem);
}

/// <summary>An output that pays an <see cref="OpenScript"/>.</summary>
internal sealed record OpenCoin(Transaction Funding, int Index, Script Redeem)
{
    public OutPoint OutPoint => new(Funding, Index);

    public Transaction Spend(long fee = 1_000, Script? to = null, uint lockTime = 0, long? output = null)
    {
        var spend = Transaction.Create(Network.RegTest);
        spend.LockTime = new LockTime(lockTime);
        spend.Inputs.Add(OutPoint, new Script(Op.GetPushOp(Redeem.ToBytes())), sequence: new Sequence(0xfffffffe));
        spend.Outputs.Add(Money.Satoshis(output ?? Funding.Outputs[Index].Value.Satoshi - fee), to ?? new OpenScript().ScriptPubKey);
        return spend;
    }
}
