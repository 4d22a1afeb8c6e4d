using System.Security.Cryptography;
using NBitcoin;

namespace BtcChannels.ChainStories;

/// <summary>A P2SH script that is new each time and that anybody can spend: signatures do not matter here.</summary>
public sealed class OpenAddress
{
    private readonly Script _redeem = new(Op.GetPushOp(RandomNumberGenerator.GetBytes(8)), OpcodeType.OP_DROP, OpcodeType.OP_1);

    public Script ScriptPubKey => _redeem.Hash.ScriptPubKey;

    public OutPoint OutPointIn(Transaction funding) => new(funding, funding.Outputs.FindIndex(output => output.ScriptPubKey == ScriptPubKey));

    public Transaction Spend(Transaction funding, long fee = 1_000, uint lockTime = 0)
    {
        var outPoint = OutPointIn(funding);
        var spend = Transaction.Create(Network.RegTest);
        spend.LockTime = new LockTime(lockTime);
        spend.Inputs.Add(outPoint, new Script(Op.GetPushOp(_redeem.ToBytes())), sequence: new Sequence(0xfffffffe));
        spend.Outputs.Add(Money.Satoshis(funding.Outputs[(int)outPoint.N].Value.Satoshi - fee), new OpenAddress().ScriptPubKey);
        return spend;
    }
}
