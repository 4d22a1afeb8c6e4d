namespace NBitcoin.Policy;

/// <summary>An input may not spend what it spends.</summary>
public class ScriptPolicyError : InputPolicyError
{
    public ScriptPolicyError(IndexedTxIn input, ScriptError error, ScriptVerify scriptVerify, Script scriptPubKey)
        : base($"Input {input.Index} may not spend its output: {error}", input) =>
        (ScriptError, ScriptVerify, ScriptPubKey) = (error, scriptVerify, scriptPubKey);

    public ScriptError ScriptError { get; }

    /// <summary>The rules that were asked for.</summary>
    public ScriptVerify ScriptVerify { get; }

    /// <summary>Of the output that is spent.</summary>
    public Script ScriptPubKey { get; }
}
