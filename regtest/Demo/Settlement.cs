using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.Demo;

/// <summary>Who received what of a deposit, read from the chain.</summary>
internal sealed record Settlement(uint256 Txid, int Height, Money Deposit, Money ToMerchant, Money ToCustomer)
{
    public Money Fee => Deposit - ToMerchant - ToCustomer;

    /// <exception cref="WrongSumException">No block spends the deposit, or an output pays neither of them.</exception>
    public static async Task<Settlement> ReadAsync(RegtestNode node, CustomerChannel channel)
    {
        if (await node.FindSpendAsync(channel.Deposit.OutPoint) is not var (spend, height)) throw new WrongSumException($"No block spends the deposit of {channel.Id}");
        var (toMerchant, toCustomer) = (PaidTo(spend, channel.State.Payout), PaidTo(spend, channel.CustomerScript));
        if (toMerchant + toCustomer != spend.TotalOut) throw new WrongSumException($"{spend.GetHash()} pays somebody else");
        return new(spend.GetHash(), height, channel.Deposit.Value, toMerchant, toCustomer);
    }

    /// <exception cref="WrongSumException">It is another sum.</exception>
    public void Check(Money toMerchant, Money toCustomer, Money fee)
    {
        Check("the merchant received", ToMerchant, toMerchant);
        Check("the customer received", ToCustomer, toCustomer);
        Check("the miners received", Fee, fee);
    }

    private static void Check(string what, Money actual, Money expected)
    {
        if (actual != expected) throw new WrongSumException($"{what} {actual.Satoshi} sat instead of {expected.Satoshi}");
    }

    private static Money PaidTo(Transaction spend, Script? script) =>
        script is null ? Money.Zero : spend.Outputs.Where(output => output.ScriptPubKey == script).Select(output => output.Value).Sum();
}

/// <summary>The chain does not say what it should.</summary>
internal sealed class WrongSumException(string message) : Exception(message);
