using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>What speaks against a transaction, in the order in which a node looks: of several faults it names the first.</summary>
internal enum Fault
{
    None,
    Consensus,
    CoinBase,
    Version,
    Size,
    ScriptSig,
    OutputForm,

    /// <summary>More outputs are dust than the one that a package could spend at once.</summary>
    ManyDust,
    DataOutputs,
    TooSmall,
    NotFinal,
    MissingInputs,

    /// <summary>A relative lock (BIP68) is not over.</summary>
    RelativeLock,
    NotEnoughFunds,
    SpentForm,
    Witness,
    Dust,
    SignatureChecks,
    RestrictedSize,
    FeeTooLow,
    Script,
    FeeTooHigh,
}

/// <param name="Fault">The class of the reason.</param>
/// <param name="Error">Of <see cref="Fault.Script"/>, the rule that was broken.</param>
internal readonly record struct Verdict(Fault Fault, ScriptError Error = ScriptError.OK) : IComparable<Verdict>
{
    public int CompareTo(Verdict other) => (Fault, Error).CompareTo((other.Fault, other.Error));

    public override string ToString() => Fault == Fault.Script ? $"Script {Error}" : Fault.ToString();
}
